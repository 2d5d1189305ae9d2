#!/usr/bin/env bash
# Flux over a git repository of this machine, without a git server and without pods: serves FOLDER at
# http://127.0.0.1:18200/NAME, applies Flux's kinds to the cluster that kubectl talks to, and starts source-controller and
# kustomize-controller with kubectl's rights, until `flux.sh down` or the end of the test cluster. `make flux` builds it.
#
#   flux.sh up FOLDER
#   flux.sh down
#
# Logs and pids are in FLUX_STATE (.flux).
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
FLUX_STATE=${FLUX_STATE:-$ROOT/.flux}
PROGRAMS=$(readlink -f "$ROOT/bin/flux")
export RUNTIME_NAMESPACE=flux-system

# kinds applies the CRDs of the modules that hack/tools/flux pins.
kinds() {
  local module folder
  kubectl create namespace flux-system --dry-run=client -o yaml | kubectl apply --server-side -f -
  for module in source kustomize; do
    folder=$(go -C "$ROOT/hack/tools/flux" list -m -f '{{.Dir}}' "github.com/fluxcd/$module-controller")
    kubectl apply --server-side -f "$folder/config/crd/bases"
  done
  kubectl wait --for=condition=Established crd/gitrepositories.source.toolkit.fluxcd.io \
    crd/kustomizations.kustomize.toolkit.fluxcd.io
}

# start PROGRAM ARGUMENT...: starts a program that outlives this script.
start() {
  local name=$1
  shift
  setsid "$PROGRAMS/$name" "$@" > "$FLUX_STATE/$name.log" 2>&1 < /dev/null &
  echo $! > "$FLUX_STATE/$name.pid"
}

# await PROGRAM PORT: waits until a program listens.
await() {
  until (: < "/dev/tcp/127.0.0.1/$2") 2> /dev/null; do
    kill -0 "$(cat "$FLUX_STATE/$1.pid")" 2> /dev/null || { tail -n 5 "$FLUX_STATE/$1.log" >&2; fail "$1 has ended"; }
    sleep 0.1
  done
}

fail() {
  echo "flux.sh: $*" >&2
  exit 1
}

up() {
  local folder=$1
  git -C "$folder" rev-parse -q --verify HEAD > /dev/null || fail "$folder is no git repository with a commit: commit it first"
  [ -x "$PROGRAMS/git-server" ] || fail "Flux is not built: run make flux, outside the cluster's shell"
  ! kubectl -n flux-system get deployment kustomize-controller > /dev/null 2>&1 ||
    fail "Flux runs in this cluster already: push $folder to your git server, and name that in clusters/simulator"
  down
  mkdir -p "$FLUX_STATE/storage"
  kinds > "$FLUX_STATE/kinds.log"
  start git-server "$folder"
  start source-controller --storage-path="$FLUX_STATE/storage" --storage-addr=127.0.0.1:18201 \
    --storage-adv-addr=127.0.0.1:18201 --metrics-addr=:0 --health-addr=127.0.0.1:18202 --events-addr=
  start kustomize-controller --metrics-addr=:0 --health-addr=127.0.0.1:18203 --events-addr= --requeue-dependency=5s
  await git-server 18200
  await source-controller 18202
  await kustomize-controller 18203
  echo "Flux runs, and finds $folder at http://127.0.0.1:18200/$(basename "$(readlink -f "$folder")"). Its logs are in $FLUX_STATE."
}

# down ends what up has started, by its id, if that is still the same program.
down() {
  local file pid
  for file in "$FLUX_STATE"/*.pid; do
    [ -e "$file" ] || continue
    pid=$(cat "$file")
    [ "$(readlink "/proc/$pid/exe" 2> /dev/null)" != "$PROGRAMS/$(basename "$file" .pid)" ] || kill "$pid"
    rm "$file"
  done
}

case "${1:-} $#" in
"up 2") up "$2" ;;
"down 1") down ;;
*) sed -n '6,7s/^# *//p' "$0" >&2; exit 2 ;;
esac
