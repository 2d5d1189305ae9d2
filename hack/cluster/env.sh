# shellcheck shell=bash disable=SC2034 # what is set here is used by the scripts that read it
# Settings, paths and output functions of the scripts in this folder.

# A node needs Linux; the control plane alone can be built elsewhere too (build.sh control-plane).
if [ "$(uname -s)" != Linux ] && [ "${0##*/} ${1:-}" != "build.sh control-plane" ]; then
  echo "${0##*/}: needs Linux: run it in a Linux virtual machine" >&2
  exit 1
fi

export LC_ALL=C
CLUSTER_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$CLUSTER_DIR/../.." && pwd)

# absolute PATH: without links and dots where readlink can do that, which is on Linux.
absolute() { readlink -m "$1" 2>/dev/null || case $1 in /*) printf '%s\n' "$1" ;; *) printf '%s\n' "$PWD/$1" ;; esac; }

CLUSTER_BIN=$(absolute "${CLUSTER_BIN:-$ROOT/bin/cluster}")            # programs and images, by build.sh
CLUSTER_STATE=$(absolute "${CLUSTER_STATE:-$ROOT/.cluster/default}")   # credentials and logs; one folder a cluster
NODE=${NODE:-kubelet}                                                  # kubelet: real pods; none: control plane only
SIZE=${SIZE:-4g}                                                       # most memory for etcd, images and containers
SLOW=${SLOW:-1}                                                        # every time-out is multiplied by this
AUDIT_POLICY=${AUDIT_POLICY:+$(absolute "$AUDIT_POLICY")}              # API server's audit policy; none: no audit log

# A cluster is identified by the path of its state folder: its processes have this name in their environment, and its control
# groups are named by it. So there is no pid file, which may be outdated, and a lost state folder does not lose the cluster.
CLUSTER_ID=integration-operator-$(printf %s "$CLUSTER_STATE" | git hash-object --stdin | cut -c1-8)

DEB=$CLUSTER_BIN/deb
LOGS=$CLUSTER_STATE/logs
CREDENTIALS=$CLUSTER_STATE/credentials
RUN=/run/cluster # inside only
NODE_IP=10.89.0.1
NODE_NAME=node0
PATH=$CLUSTER_BIN:$DEB/usr/sbin:$DEB/usr/bin:$PATH:/usr/sbin:/sbin

BEGAN=${EPOCHREALTIME/./}

# log WORDS: prints a message with the time.
log() {
  local ms=$(((${EPOCHREALTIME/./} - BEGAN) / 1000))
  printf '[cluster +%d.%ds] %s\n' $((ms / 1000)) $((ms % 1000 / 100)) "$*" >&2
}

# die WORDS: prints an error and exits.
die() {
  echo "${0##*/}: $*" >&2
  exit 1
}
