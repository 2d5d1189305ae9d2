#!/usr/bin/env bash
# The demo: a customer delegates and its jobs start, Maskinporten goes down and comes back, the customer withdraws and its
# jobs stop, and it delegates again. Another one approves a system user, and deletes it.
#
#   demo.sh up      run the story from the start, and leave everything running
#   demo.sh down    stop what `up` left running, and remove it
#
# As root on Linux it runs on its own cluster (hack/cluster) with real pods. Otherwise it runs on its own control plane,
# with operator and simulator as processes. It reads no kubeconfig and touches no other cluster.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. hack/demo/say.sh

ROOT=$PWD
DEMO=$ROOT/.demo # kubeconfig, key and logs of the demo
export CLUSTER_STATE=$ROOT/.cluster/demo

if [ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ]; then
  . hack/demo/on_cluster.sh
else
  . hack/demo/on_control_plane.sh
fi
SIMULATOR_FOLDER=hack/demo/simulator
OPERATOR_FOLDER=hack/demo/portal
PORTAL=http://localhost:18090
. hack/demo/portal.sh
. hack/demo/register.sh
. hack/demo/story.sh
. hack/demo/suggestions.sh

case ${1:-} in
up)
  build
  end > /dev/null 2>&1 || true # an earlier demo's
  begin
  begin_portal
  story
  portal_addresses
  suggestions
  ;;
down)
  end
  rm -rf "$DEMO" "$CLUSTER_STATE"
  rmdir "${CLUSTER_STATE%/*}" 2> /dev/null || true # another cluster's logs may be there
  say "The demo is gone"
  ;;
*)
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
  ;;
esac
