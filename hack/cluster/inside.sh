#!/usr/bin/env bash
# Process 1 of the cluster's namespaces, started by cluster.sh. It prepares the namespaces, starts the programs, and waits.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
. "$CLUSTER_DIR/credentials.sh"
. "$CLUSTER_DIR/place.sh"
. "$CLUSTER_DIR/control_plane.sh"
. "$CLUSTER_DIR/node.sh"

declare -A DAEMONS=() # pid: name

# start NAME ARGUMENT...: starts a program in the background, with a log of its own.
start() {
  "$@" > "$LOGS/$1.log" 2>&1 &
  DAEMONS[$!]=$1
}

# await SECONDS WHAT CMD...: waits until CMD succeeds. It fails at once if a program has ended.
await() {
  local end=$((SECONDS + $1 * SLOW)) what=$2
  shift 2
  until "$@" > /dev/null 2>&1; do
    all_run || { log "gave up waiting: $what"; return 1; }
    [ $SECONDS -lt $end ] || { log "timed out waiting: $what"; return 1; }
    sleep 0.1
  done
  log "$what"
}

all_run() {
  local pid
  for pid in "${!DAEMONS[@]}"; do
    kill -0 "$pid" 2>/dev/null && continue
    log "${DAEMONS[$pid]} has ended:"
    tail -n 5 "$LOGS/${DAEMONS[$pid]}.log" >&2
    return 1
  done
}

# stay keeps the namespaces, and logs each program that ends.
stay() {
  local ended code
  while :; do
    code=0 ended=
    wait -n -p ended || code=$?
    [ -n "$ended" ] || return 1 # none is left
    log "${DAEMONS[$ended]:-process $ended} ended with $code"
  done
}

make_place
[ "$NODE" = none ] || start_containerd
start_control_plane
[ "$NODE" = none ] || start_node
await 30 "the default service account is there" kubectl get serviceaccount default
touch "$CLUSTER_STATE/ready"
stay
