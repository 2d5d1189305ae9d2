#!/usr/bin/env bash
# Tests that a cluster leaves nothing on the machine, however it ends, and that it reports what is missing before it starts.
# It takes about a minute, and needs what cluster.sh needs and all that build.sh builds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
CLUSTER_STATE=$PWD/../../.cluster/test
. ./env.sh
. ./processes.sh
export CLUSTER_BIN CLUSTER_STATE SLOW
OTHER_STATE=$CLUSTER_STATE-other
OTHER_ID=$(CLUSTER_STATE=$OTHER_STATE bash -c '. ./env.sh; echo "$CLUSTER_ID"')
NAMESPACES=() # pid namespaces of every cluster that was started

fail() {
  log "FAILED: $*"
  exit 1
}

# eventually SECONDS CMD...
eventually() {
  local end=$((SECONDS + $1 * SLOW))
  shift
  until "$@" > /dev/null 2>&1; do
    [ $SECONDS -lt $end ] || fail "not within the time limit: $*"
    sleep 0.05
  done
}

# machine prints the parts of the machine's state that a cluster changes. They must be the same before and after.
machine() {
  local path
  sed 's/^/mount /' /proc/self/mounts | sort
  ip -o link | awk -F': ' '{print "interface", $2}' | sort
  find /sys/fs/cgroup -type d \( -name "$CLUSTER_ID" -o -name "$OTHER_ID" \) -printf 'control group %p\n'
  sed 's/^/controllers /' /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
  sysctl_values
  for path in /var/lib/{kubelet,cni,containerd} /opt/{cni,containerd} /etc/cni /run/{containerd,netns,cluster} \
    /run/integration-operator-controllers /usr/libexec/kubernetes "$HOME/.kube/cache/discovery/${NODE_IP}_6443"; do
    [ ! -e "$path" ] || echo "path $path"
  done
  sed 's/^/apparmor /' /sys/kernel/security/apparmor/profiles 2>/dev/null || true
  leftover_processes
}

sysctl_values() {
  local setting
  for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys \
    kernel/keys/root_maxbytes kernel/hostname net/ipv4/ip_forward; do
    echo "sysctl $setting $(cat /proc/sys/$setting)"
  done
}

# leftover_processes prints the running processes in the pid namespaces of clusters.
leftover_processes() {
  local namespace link
  for namespace in "${NAMESPACES[@]}"; do
    while read -r link; do
      grep -qsE '^State:[[:space:]]+[ZX]' "${link%/ns/pid}/status" || echo "process ${link%/ns/pid}"
    done < <(find /proc/[0-9]*/ns/pid -lname "pid:?${namespace//[!0-9]/}?" 2>/dev/null)
  done
}

remember_namespace() { NAMESPACES+=("$(readlink "/proc/$(init_pid)/ns/pid")"); }

assert_clean() {
  diff <(echo "$BEFORE") <(machine) || fail "$1: the machine has changed (< before, > after)"
  [ ! -e "$CLUSTER_STATE/credentials" ] || fail "$1: credentials still exist"
  log "ok: $1"
}

# start_up runs `up` as a terminal does, so that Ctrl-C reaches it, until it has started kubelet.
start_up() {
  rm -rf "$CLUSTER_STATE"
  setsid env --default-signal=INT ./cluster.sh up 2> /dev/null &
  UP=$!
  eventually 60 test -e "$LOGS/kubelet.log"
  remember_namespace
}

# start_pod starts a pod, because crashes with containers leave more behind.
start_pod() {
  ./cluster.sh load "$CLUSTER_BIN/busybox.tar" > /dev/null
  ./cluster.sh exec kubectl run sleeper --image localhost/busybox:dev --image-pull-policy Never -- -c 'sleep 3600' > /dev/null
  ./cluster.sh exec kubectl wait --for=condition=Ready pod/sleeper --timeout="$((30 * SLOW))s" > /dev/null
}

test_preflight_lists_faults() {
  local said words
  ! said=$(NODE=pods SLOW=fast CLUSTER_BIN=/nowhere CLUSTER_STATE="$OTHER_STATE" ./cluster.sh up 2>&1) ||
    fail "up started with three wrong settings"
  for words in "NODE is 'pods'" "SLOW is 'fast'" "there is no /nowhere/kube-apiserver" "build.sh control-plane"; do
    [[ $said == *"$words"* ]] || fail "up does not print \"$words\" but: $said"
  done
  [ ! -e "$OTHER_STATE" ] || fail "up created files before preflight ended"
  assert_clean "up lists all wrong settings before it starts"
}

# test_preflight_before_build: `make demo` runs preflight before it compiles Kubernetes, so preflight must work without
# compiled programs.
test_preflight_before_build() {
  CLUSTER_BIN=/nowhere ./cluster.sh preflight > /dev/null || fail "preflight needs compiled programs"
  local said
  ! said=$(CLUSTER_BIN=/nowhere NODE=pods ./cluster.sh preflight 2>&1) || fail "preflight accepts NODE=pods"
  [[ $said != *"there is no /nowhere"* ]] || fail "preflight reports missing programs: $said"
  log "ok: preflight works before the build"
}

test_failed_up() {
  local policy=$CLUSTER_STATE-policy.yaml said
  mkdir -p "${policy%/*}"
  echo "kind: Nonsense" > "$policy"
  ! said=$(AUDIT_POLICY="$policy" ./cluster.sh up 2>&1) || fail "up succeeded with an invalid audit policy"
  rm "$policy"
  [[ $said == *"kube-apiserver has ended"* ]] || fail "up does not name the program that ended but prints: $said"
  assert_clean "a failed up reports the cause and cleans up"
}

test_interrupted_up() {
  start_up
  kill -INT -- "-$UP"
  ! wait "$UP" || fail "an interrupted up succeeded"
  assert_clean "an interrupted up cleans up"
}

test_killed_up() {
  start_up
  kill -KILL "$UP"
  wait "$UP" 2> /dev/null || true
  ./cluster.sh down
  assert_clean "down after a killed up"
}

test_crash() {
  local pid
  ./cluster.sh up 2> /dev/null
  remember_namespace
  start_pod
  for pid in $(cluster_pids); do
    ! grep -qsx unshare "/proc/$pid/comm" || kill -KILL "$pid"
  done

  up_both
  [ -z "$(./cluster.sh exec kubectl get pods -o name)" ] || fail "the pod of a crashed cluster exists in the next one"
  log "ok: up after a crash, and a second cluster at the same time"

  start_pod
  CLUSTER_STATE=$OTHER_STATE ./cluster.sh down
  ./cluster.sh exec kubectl exec sleeper -- /bin/busybox true || fail "down of one cluster stopped the other"
  log "ok: down of one of two clusters"

  kill -KILL "$(init_pid)"
  ./cluster.sh down
  assert_clean "down after a crash"
  ./cluster.sh down
  assert_clean "down of a cluster that is down"
}

# up_both starts two clusters at the same time.
up_both() {
  ./cluster.sh up 2> /dev/null &
  CLUSTER_STATE=$OTHER_STATE ./cluster.sh up 2> /dev/null || fail "the second cluster did not start"
  wait $! || fail "the first cluster did not start"
  remember_namespace
  CLUSTER_ID=$OTHER_ID remember_namespace
  CLUSTER_STATE=$OTHER_STATE ./cluster.sh exec kubectl wait --for=condition=Ready nodes --all --timeout=30s > /dev/null ||
    fail "the second cluster has no node"
}

test_state_of_an_earlier_boot() {
  local hierarchy
  mkdir -p "$CLUSTER_STATE/credentials"
  touch "$CLUSTER_STATE/ready"
  for hierarchy in /sys/fs/cgroup/{,memory/,pids/}; do
    [ ! -e "$hierarchy/cgroup.procs" ] || mkdir -p "$hierarchy$CLUSTER_ID/kubepods/burstable"
  done
  [ "$(./cluster.sh status)" = down ] || fail "status prints up for a cluster of an earlier boot"
  ./cluster.sh down
  assert_clean "down with the state of an earlier boot"
}

end_all() {
  CLUSTER_STATE=$OTHER_STATE ./cluster.sh down || true
  ./cluster.sh down || true
}

./cluster.sh preflight
end_all
rm -rf "$CLUSTER_STATE" "$OTHER_STATE"
trap end_all EXIT
BEFORE=$(machine)
test_preflight_lists_faults
test_preflight_before_build
test_failed_up
test_interrupted_up
test_killed_up
test_crash
test_state_of_an_earlier_boot
