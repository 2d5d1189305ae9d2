# shellcheck shell=bash
# Finds the cluster's processes on the machine.

# cluster_pids prints the processes with the cluster's name. Those in pods lack it, but end with the others.
cluster_pids() { grep -lszxF "CLUSTER_ID=$CLUSTER_ID" /proc/[0-9]*/environ | cut -d/ -f3; }

# init_pid prints the process that is number 1 in the cluster. Without it there is no cluster.
init_pid() {
  local pid
  for pid in $(cluster_pids); do
    ! grep -qsE '^NSpid:.*[[:space:]]1$' "/proc/$pid/status" || echo "$pid"
  done
}

# end_processes kills each process, and waits until it has ended. Before number 1 ends, the kernel kills the others in its pid
# namespace.
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
