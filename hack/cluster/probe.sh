#!/usr/bin/env bash
# Probes the kernel features that a cluster needs, for preflight.sh, in temporary namespaces. Prints WHAT|REMEDY for each
# failure. The iptables are those that kube-proxy will use.
# shellcheck disable=SC2317 # the functions are called by `try`, through their names
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
. "$CLUSTER_DIR/node.sh"

# try WHAT REMEDY COMMAND...
try() {
  local what=$1 remedy=$2 answer
  shift 2
  answer=$("$@" 2>&1) || echo "$what (${answer//$'\n'/ })|$remedy"
}

overlay() {
  mkdir -p /run/probe/{lower,upper,work,merged}
  mount -t overlay -o lowerdir=/run/probe/lower,upperdir=/run/probe/upper,workdir=/run/probe/work overlay /run/probe/merged
}

sysctl_file() {
  echo 1 > /run/probe-sysctl
  mount --bind /run/probe-sysctl /proc/sys/vm/overcommit_memory
}

privileged='in a container, run it with --privileged'

try "cannot mount a tmpfs" "$privileged" mount -t tmpfs tmpfs /run
try "cannot mount over a file of /proc/sys" "$privileged" sysctl_file
try "cannot make a bridge" "load it: modprobe bridge" ip link add probe0 type bridge
[ "$1" = kubelet ] || exit 0

use_unpacked_libraries
try "cannot mount an overlay file system" "load it: modprobe overlay" overlay
try "cannot make a pair of veth" "load it: modprobe veth" ip link add probe1 type veth peer name probe2
try "cannot forward packets" "$privileged" bash -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
[ -x "$DEB/usr/sbin/iptables" ] || exit 0 # it is not built yet, and is tried when it is
while read -r modules rule; do
  # shellcheck disable=SC2086 # a rule is several words
  try "cannot add an iptables rule: $rule" "load it: modprobe -a ${modules//,/ }" iptables -t nat -A $rule
done <<'RULES'
nf_tables,nft_compat,xt_comment OUTPUT -m comment --comment probe
xt_MASQUERADE POSTROUTING -j MASQUERADE --random-fully
xt_mark OUTPUT -j MARK --or-mark 0x4000
xt_statistic OUTPUT -m statistic --mode random --probability 0.5
xt_nat OUTPUT -p tcp -j DNAT --to-destination 10.0.0.1:80
xt_conntrack OUTPUT -m conntrack --ctstate NEW
xt_NFQUEUE,nfnetlink_queue OUTPUT -j NFQUEUE --queue-num 100
RULES
exit 0
