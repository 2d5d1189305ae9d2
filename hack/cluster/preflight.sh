# shellcheck shell=bash
# Reports all that is missing on this machine, with remedies, before any work is done.

PROBLEMS=()

# problem WHAT REMEDY
problem() { PROBLEMS+=("- $1"$'\n'"    $2"); }

# report_problems WHAT: prints the problems, and fails if there are any.
report_problems() {
  [ ${#PROBLEMS[@]} -gt 0 ] || return 0
  {
    echo "Cannot $1 here:"
    printf '%s\n' "${PROBLEMS[@]}"
  } >&2
  return 1
}

# preflight_build PART checks what build.sh needs.
preflight_build() {
  check_bash
  check_go
  [ "$1" = control-plane ] || check_debian
  check_disk "$CLUSTER_BIN" 500
  report_problems "build the test cluster"
}

# preflight_up checks what a cluster needs.
preflight_up() {
  check_built
  preflight_machine
}

# preflight_machine checks the machine, whether the cluster is built or not. It probes the kernel only if the tools for it
# exist.
preflight_machine() {
  check_bash
  check_settings
  check_tools
  check_root
  check_disk "$CLUSTER_STATE" 200
  check_memory
  [ "$NODE" = none ] || check_cgroups
  [ ${#PROBLEMS[@]} -gt 0 ] || check_kernel
  report_problems "run a test cluster"
}

check_bash() {
  [ $((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1])) -ge 501 ] ||
    problem "bash $BASH_VERSION is older than 5.1" "install a newer bash"
}

check_go() {
  local wanted
  wanted=$(sed -n 's/^go //p' "$CLUSTER_DIR/kube/go.mod")
  command -v go > /dev/null || { problem "there is no go" "install Go $wanted or later: https://go.dev/dl"; return; }
  (cd "$CLUSTER_DIR/kube" && go list -m > /dev/null 2>&1) ||
    problem "$(go version) does not read $CLUSTER_DIR/kube" "install Go $wanted or later: https://go.dev/dl"
  [ -e "$CLUSTER_BIN/kube" ] || check_disk "$(go env GOCACHE)" 5000 # what a first build leaves there, and room to work
}

check_debian() {
  local tool
  for tool in apt-get dpkg-deb ldd; do
    command -v $tool > /dev/null ||
      problem "there is no $tool" "build on Debian; 'build.sh control-plane' needs nothing of Debian"
  done
}

check_settings() {
  [[ $NODE =~ ^(kubelet|none)$ ]] || problem "NODE is '$NODE'" "set it to kubelet or none"
  [[ $SLOW =~ ^[1-9][0-9]*$ ]] || problem "SLOW is '$SLOW'" "set it to a whole number from 1"
  [[ $SIZE =~ ^[1-9][0-9]*[kmg]?$ ]] || problem "SIZE is '$SIZE'" "set it to a size such as 4g"
  [ -z "$AUDIT_POLICY" ] || [ -r "$AUDIT_POLICY" ] ||
    problem "AUDIT_POLICY names $AUDIT_POLICY, which cannot be read" "name an audit.k8s.io/v1 Policy"
  local path
  for path in "$CLUSTER_DIR" "$CLUSTER_BIN" "$CLUSTER_STATE" "$AUDIT_POLICY"; do
    [[ $path =~ ^[A-Za-z0-9/._+@-]*$ ]] || problem "the path '$path' holds a space or a special character" "move it"
    [[ ! $path =~ ^/(run|var/log)/ ]] || problem "$path is in a folder that the cluster has of its own" "move it"
  done
}

check_tools() {
  local tool package
  while read -r tool package; do
    command -v "$tool" > /dev/null || problem "there is no $tool" "apt-get install $package"
  done <<< "unshare util-linux
nsenter util-linux
setsid util-linux
mount mount
ip iproute2
getent libc-bin
find findutils
xargs findutils
awk mawk
od coreutils"
  check_option unshare --kill-child
  check_option nsenter --wdns
  local file
  for file in /etc/hosts /etc/resolv.conf; do
    [ -e "$(readlink -m $file)" ] || problem "there is no $file" "make an empty one: the cluster mounts its own over it"
  done
}

# check_option TOOL OPTION: both are of util-linux.
check_option() {
  ! command -v "$1" > /dev/null || "$1" --help 2>&1 | grep -q -- "$2" ||
    problem "$1 has no $2" "install util-linux 2.38 or later"
}

# check_root also checks capabilities, because root in a container often has few.
check_root() {
  local have=0x0 name bit
  have=0x$(awk '/^CapEff:/ {print $2}' /proc/self/status)
  [ "$(id -u)" = 0 ] || { problem "not root" "run it with sudo -E, or as root"; return; }
  while read -r name bit; do
    (((have >> bit) & 1)) || problem "no $name" "run it on the machine itself, or in a container with --privileged"
  done <<< "CAP_NET_ADMIN 12
CAP_SYS_CHROOT 18
CAP_SYS_PTRACE 19
CAP_SYS_ADMIN 21"
}

check_built() {
  local part=control-plane file files=(kube-apiserver kube-controller-manager kube-scheduler etcd kubectl)
  if [ "$NODE" = kubelet ]; then
    part=node files+=(kubelet kube-proxy coredns pause.tar deb/usr/bin/containerd)
  fi
  for file in "${files[@]}"; do
    [ -e "$CLUSTER_BIN/$file" ] && continue
    problem "there is no $CLUSTER_BIN/$file" "$CLUSTER_DIR/build.sh $part"
    return
  done
}

# check_disk PATH MEGABYTES: the path need not exist.
check_disk() {
  local path=$1 free
  while [ ! -e "$path" ]; do path=$(dirname "$path"); done
  free=$(df -Pm "$path" | awk 'NR == 2 {print $4}')
  [ "$free" -ge "$2" ] || problem "$free MB are free at $path, $2 are needed" "free some"
}

check_memory() {
  local free
  free=$(awk '/^MemAvailable:/ {print int($2 / 1024)}' /proc/meminfo)
  [ "$free" -ge 1500 ] || problem "$free MB of memory are free, 1500 are needed" "end something, or use a larger machine"
}

check_cgroups() {
  local controller
  for controller in cpu cpuset memory pids; do
    if cgroup_v2; then
      grep -qw $controller "$CGROUPS/cgroup.controllers" || no_cgroup $controller
    else
      [ -e "$CGROUPS/$controller/cgroup.procs" ] || no_cgroup $controller
      check_writable "$CGROUPS/$controller"
    fi
  done
  ! cgroup_v2 || check_writable "$CGROUPS"
}

no_cgroup() {
  problem "there are no control groups for $1" \
    "mount them in $CGROUPS; for memory, the kernel's command line may lack cgroup_enable=memory"
}

check_writable() {
  ! grep -qE "^[^ ]+ $1 [^ ]+ ro[, ]" /proc/self/mounts ||
    problem "the control groups in $1 are read-only" "in a container, run it with --privileged"
}

# check_kernel probes each feature in temporary namespaces.
check_kernel() {
  local what remedy answer
  if ! answer=$(unshare --mount --net --pid --uts --ipc --fork --kill-child --mount-proc --propagation private \
    bash "$CLUSTER_DIR/probe.sh" "$NODE" 2>&1); then
    problem "cannot make namespaces: $answer" "in a container, run it with --privileged"
    return
  fi
  while IFS='|' read -r what remedy; do
    [ -z "$what" ] || problem "$what" "$remedy"
  done <<< "$answer"
}
