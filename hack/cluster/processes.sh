# shellcheck shell=bash
# The cluster's processes, as the machine sees them.

# cluster_pids: every process that carries the cluster's name. Those in pods do not, but end with the others.
cluster_pids() { grep -lszxF "CLUSTER_ID=$CLUSTER_ID" /proc/[0-9]*/environ | cut -d/ -f3; }

# init_pid: the process that is number 1 inside. Without it there is no cluster.
init_pid() {
  local pid
  for pid in $(cluster_pids); do
    ! grep -qsE '^NSpid:.*[[:space:]]1$' "/proc/$pid/status" || echo "$pid"
  done
}

# end_processes ends each process, and waits until it is gone. The kernel ends what else was in the pid namespace
# before it lets number 1 go.
end_processes() {
  local pid pids end=$((SECONDS + 30 * SLOW))
  mapfile -t pids < <(cluster_pids)
  [ ${#pids[@]} -gt 0 ] || return 0
  kill -KILL "${pids[@]}" 2>/dev/null || true
  for pid in "${pids[@]}"; do
    while grep -qsE '^State:[[:space:]]+[^ZX]' "/proc/$pid/status"; do
      [ $SECONDS -lt $end ] || die "process $pid does not end"
      sleep 0.02
    done
  done
}
