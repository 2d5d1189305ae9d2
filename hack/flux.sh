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
  echo "$! $(pid_namespace)" > "$FLUX_STATE/$name.pid"
}

# pid_namespace prints where a pid is valid: the cluster's shell has pids of its own.
pid_namespace() { readlink /proc/self/ns/pid; }

# listens PORT: reports whether a program listens.
listens() { (: < "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

# await PROGRAM PORT: waits until a program listens.
await() {
  until listens "$2"; do
    require_alive "$1"
    sleep 0.1
  done
  require_alive "$1"
}

require_alive() {
  local pid
  read -r pid _ < "$FLUX_STATE/$1.pid"
  kill -0 "$pid" 2> /dev/null || { tail -n 5 "$FLUX_STATE/$1.log" >&2; fail "$1 has ended"; }
}

fail() {
  echo "flux.sh: $*" >&2
  exit 1
}

up() {
  local folder=$1 port
  git -C "$folder" rev-parse -q --verify HEAD > /dev/null || fail "$folder is no git repository with a commit: commit it first"
  [ -x "$PROGRAMS/git-server" ] || fail "Flux is not built: run make flux, outside the cluster's shell"
  ! kubectl -n flux-system get deployment kustomize-controller > /dev/null 2>&1 ||
    fail "Flux runs in this cluster already: push $folder to your git server, and name that in clusters/simulator"
  down || true # what it cannot end does not listen here, or the next check finds it
  for port in 18200 18201 18202 18203; do
    ! listens "$port" || fail "another program listens on port $port: end it, or run flux.sh down where it started"
  done
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

# down ends what up has started. It fails if it cannot say that all of it has ended.
down() {
  local file result=0
  for file in "$FLUX_STATE"/*.pid; do
    [ ! -e "$file" ] || stop "$file" || result=1
  done
  return $result
}

# stop FILE: ends the program that a pid file names, if that pid is still the same program, and waits until it is gone.
# Then it removes the file.
stop() {
  local file=$1 name pid namespace turns=0
  name=$(basename "$file" .pid)
  read -r pid namespace < "$file"
  if [ "${namespace:-$(pid_namespace)}" != "$(pid_namespace)" ]; then
    echo "flux.sh: $name was started in another PID namespace. If the cluster is up, run flux.sh down in its shell" >&2
    return 1
  fi
  if is_program "$pid" "$name"; then
    kill "$pid" 2> /dev/null || true
    while is_program "$pid" "$name"; do
      [ $((turns += 1)) -le 300 ] || { echo "flux.sh: $name, pid $pid, has not ended in 30 s" >&2; return 1; }
      sleep 0.1
    done
  elif [ -e "/proc/$pid" ]; then
    echo "flux.sh: $name had ended: pid $pid is another program, which was left alone" >&2
  else
    echo "flux.sh: $name had ended" >&2
  fi
  rm "$file"
}

# is_program PID PROGRAM: reports whether a process runs a program, which may have been built anew since.
is_program() {
  case "$(readlink "/proc/$1/exe" 2> /dev/null)" in
  "$PROGRAMS/$2" | "$PROGRAMS/$2 (deleted)") return 0 ;;
  *) return 1 ;;
  esac
}

case "${1:-} $#" in
"up 2") up "$2" ;;
"down 1") down ;;
*) sed -n '6,7s/^# *//p' "$0" >&2; exit 2 ;;
esac
