# shellcheck shell=bash
# The cluster's control groups. They belong to the machine: they are created before the cluster, and removed after it.

CGROUPS=/sys/fs/cgroup
CONTROLLERS_BEFORE=/run/integration-operator-controllers # version 2: what was on before the first cluster

cgroup_v2() { [ -e $CGROUPS/cgroup.controllers ]; }

make_cgroups() {
  if cgroup_v2; then
    mkdir -p "$CGROUPS/$CLUSTER_ID"
    turn_on_controllers
    return
  fi

  local hierarchy file
  for hierarchy in "$CGROUPS"/*/; do
    mkdir "$hierarchy$CLUSTER_ID" 2>/dev/null || true # not every folder is one, and links name some twice
  done
  for file in cpuset.cpus cpuset.mems; do # empty in a new group, and then no process may enter
    cat "$CGROUPS/cpuset/$file" > "$CGROUPS/cpuset/$CLUSTER_ID/$file"
  done
}

# turn_on_controllers delegates the controllers that kubelet needs. systemd delegates cpu, memory and pids itself.
turn_on_controllers() {
  local controller
  [ -e $CONTROLLERS_BEFORE ] || cp $CGROUPS/cgroup.subtree_control $CONTROLLERS_BEFORE
  for controller in cpu memory pids cpuset hugetlb io; do
    grep -qw $controller $CGROUPS/cgroup.controllers || continue
    ! grep -qw $controller $CGROUPS/cgroup.subtree_control || continue
    [ ! -e $CGROUPS/cgroup.type ] || empty_container_root
    echo +$controller > $CGROUPS/cgroup.subtree_control
  done
}

# empty_container_root moves processes out of a container's root group, which is no real root and delegates controllers only
# while it has no process.
empty_container_root() {
  mkdir -p $CGROUPS/init
  xargs -rn1 < $CGROUPS/cgroup.procs > $CGROUPS/init/cgroup.procs 2>/dev/null || true
}

remove_cgroups() {
  local group failed=0
  for group in "$CGROUPS/$CLUSTER_ID" "$CGROUPS"/*/"$CLUSTER_ID"; do
    remove_cgroup "$group" || failed=1
  done
  [ ! -e $CONTROLLERS_BEFORE ] || compgen -G "$CGROUPS/integration-operator-*" > /dev/null || turn_off_controllers
  return $failed
}

# remove_cgroup GROUP: kills the group's processes, and waits until the kernel releases the group.
remove_cgroup() {
  local end=$((SECONDS + 10 * SLOW))
  while [ -d "$1" ]; do
    [ $SECONDS -lt $end ] || { log "cannot remove $1: it is still in use"; return 1; }
    find "$1" -name cgroup.procs -exec cat {} + 2>/dev/null | grep -v '^0$' | xargs -r kill -KILL 2>/dev/null || true
    find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.05
  done
}

# turn_off_controllers turns off the controllers that we, kubelet or runc turned on, unless another group uses them.
turn_off_controllers() {
  local controller now
  read -ra now < $CGROUPS/cgroup.subtree_control
  for controller in "${now[@]}"; do
    grep -qw "$controller" $CONTROLLERS_BEFORE || echo "-$controller" > $CGROUPS/cgroup.subtree_control || true
  done 2>/dev/null
  rm -f $CONTROLLERS_BEFORE
}
