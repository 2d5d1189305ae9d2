#!/usr/bin/env bash
# A single-node Kubernetes cluster that runs real pods, in namespaces of its own on this machine.
#
#   cluster.sh preflight      say what this machine lacks, if anything
#   cluster.sh up             start it, and wait until its node is ready
#   cluster.sh load TAR...    import image archives
#   cluster.sh exec CMD...    run CMD where the cluster's addresses are, with KUBECONFIG set
#   cluster.sh status         say whether it is up, and what runs in it
#   cluster.sh logs [NAME...] print the end of the logs: kubelet, kube-apiserver, ...
#   cluster.sh down           end it; only its logs are left
#
# Settings, with their defaults, are in env.sh.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
. "$CLUSTER_DIR/preflight.sh"
. "$CLUSTER_DIR/cgroup.sh"
. "$CLUSTER_DIR/credentials.sh"
. "$CLUSTER_DIR/processes.sh"

require_root() { [ "$(id -u)" = 0 ] || die "needs root: run it with sudo -E"; }

require_up() {
  require_root
  [ -n "$(init_pid)" ] || die "no cluster is up for $CLUSTER_STATE: 'cluster.sh up' starts one"
}

up() {
  preflight_up
  [ -z "$(init_pid)" ] || die "it is up already, or about to be: 'cluster.sh down' ends it"
  down # what a crash has left
  rm -rf "$LOGS" # of the one before; whatever else is in the folder is not ours
  mkdir -p "$LOGS"
  STARTED=
  trap 'interrupted' INT TERM HUP
  make_credentials
  [ "$NODE" = none ] || make_cgroups
  start_inside
  wait_until_ready || failed
  trap - INT TERM HUP
  cat "$LOGS/init.log" >&2
}

# start_inside starts all programs under one process with namespaces of its own. When that process ends, so do all others,
# their mounts and interfaces. The environment is clean, because runc would use the session's XDG_RUNTIME_DIR, and clients
# its proxy. The process has a session of its own, because `up` handles Ctrl-C.
start_inside() {
  setsid env -i PATH="$PATH" HOME=/root CLUSTER_ID="$CLUSTER_ID" CLUSTER_BIN="$CLUSTER_BIN" CLUSTER_STATE="$CLUSTER_STATE" \
    NODE="$NODE" SIZE="$SIZE" SLOW="$SLOW" AUDIT_POLICY="$AUDIT_POLICY" \
    unshare --mount --net --pid --uts --ipc --fork --kill-child --mount-proc --propagation private \
    bash "$CLUSTER_DIR/inside.sh" > "$LOGS/init.log" 2>&1 < /dev/null &
  STARTED=$!
}

wait_until_ready() {
  local end=$((SECONDS + 300 * SLOW))
  until [ -e "$CLUSTER_STATE/ready" ]; do
    kill -0 "$STARTED" 2>/dev/null && [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}

failed() {
  cat "$LOGS/init.log" >&2
  down
  die "the cluster did not come up: its logs are in $LOGS"
}

interrupted() {
  trap '' INT TERM HUP
  [ -z "$STARTED" ] || kill -KILL "$STARTED" 2>/dev/null || true # it may not carry the cluster's name yet
  down
  die "interrupted; nothing is left of it"
}

# down works in any state: up, starting, crashed, of an earlier boot, down.
down() {
  end_processes
  remove_cgroups
  rm -rf "$CREDENTIALS" "$CLUSTER_STATE/ready"
}

# run_inside CMD...: runs CMD in the cluster's namespaces, in the current folder. kubectl's cache is the cluster's, because
# the next cluster has the same address and perhaps other kinds.
run_inside() {
  exec nsenter -t "$(init_pid)" -m -n -p -u -i --wdns="$PWD" \
    env -u http_proxy -u https_proxy -u HTTP_PROXY -u HTTPS_PROXY KUBECONFIG="$CREDENTIALS/admin.kubeconfig" \
    KUBECACHEDIR="$RUN/kubectl" "$@"
}

load() {
  local archive
  for archive; do
    [ -r "$archive" ] || die "cannot read the image archive $archive"
    (run_inside ctr -a "$RUN/containerd.sock" -n k8s.io images import "$(readlink -f "$archive")")
  done
}

status() {
  require_root
  [ -n "$(init_pid)" ] || { echo down; return 3; }
  [ -e "$CLUSTER_STATE/ready" ] || { echo starting; return 4; }
  echo up
  grep 'ended with' "$LOGS/init.log" || true
  (run_inside kubectl get nodes,pods --all-namespaces)
}

logs() {
  cd "$LOGS" 2>/dev/null || die "no cluster has run for $CLUSTER_STATE"
  local files=("${@/%/.log}")
  [ $# -gt 0 ] || files=(*.log)
  tail -n 40 "${files[@]}"
}

verb=${1:-}
shift || true
case $verb in
up) up ;;
down) require_root; down ;;
exec) require_up; run_inside "$@" ;;
load) require_up; load "$@" ;;
status) status ;;
logs) logs "$@" ;;
preflight) preflight_machine && echo "a test cluster can run here" ;;
*) sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
