#!/usr/bin/env bash
# The demo's story on a real cluster, asserted step by step: test/e2e, installed as the demo installs itself. `make e2e`
# builds what it needs. The cluster is its own, and is gone at the end, however it ends; its logs stay in .cluster/e2e.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. hack/demo/say.sh

ROOT=$PWD
export CLUSTER_STATE=$ROOT/.cluster/e2e
export AUDIT_POLICY=$ROOT/test/e2e/audit.yaml AUDIT_LOG=$CLUSTER_STATE/logs/audit.log
DEMO=$CLUSTER_STATE/install # the key for a moment, and logs
OPERATOR_FOLDER=test/e2e/portal
PORTAL=http://integration-operator-portal.integration-operator-system.svc
. hack/demo/portal.sh
. hack/demo/register.sh
. hack/demo/on_cluster.sh

# diagnose prints our kinds, pods and events, and all logs.
diagnose() {
  heading "What the cluster looks like"
  hack/cluster/cluster.sh status || { hack/cluster/cluster.sh logs || true; return; }
  look get suppliers,customerintegrations -A -o wide
  look describe suppliers
  look describe customerintegrations -A
  look get leases -n integration-operator-system -o yaml
  look get events -A --sort-by=.lastTimestamp
  look describe pods -n integration-operator-system
  look describe pods -n simulator
  look describe pods -n customers
  look logs -n customers -l batch.kubernetes.io/job-name --prefix --tail=50
  look logs -n integration-operator-system -l app.kubernetes.io/name=integration-operator --prefix --tail=200
  look logs -n integration-operator-system -l app.kubernetes.io/name=integration-operator --prefix --tail=200 --previous
  look logs -n integration-operator-system -l app.kubernetes.io/name=integration-operator-portal --prefix --tail=50
  look logs -n simulator deployment/simulator --tail=200
  hack/cluster/cluster.sh logs || true
}

# look KUBECTL-ARGUMENT...: prints the output of kubectl, if it ends in time.
look() {
  printf '\n$ kubectl %s\n' "$*"
  timeout 30 hack/cluster/cluster.sh exec kubectl "$@" 2>&1 || true
}

hack/chromium.sh
heading "Compiling the story"
export CGO_ENABLED=0 # it runs in a pod too, where no library is
go test -c -tags e2e -ldflags='-s -w' -o bin/e2e.test ./test/e2e
make "$PWD/bin/kubectl-cint" worker-examples
bin/cluster/image -name localhost/integration-operator-probe:dev -out bin/probe.tar -entrypoint /probe -user 65532:65532 bin/e2e.test=/probe
# The image that the step with Helm upgrades to.
bin/cluster/image -name localhost/integration-operator:next -out bin/next.tar -entrypoint /manager -user 65532:65532 bin/manager=/manager

end_with_script
end
begin
show kubectl apply -k test/e2e/strangers
hack/cluster/cluster.sh load bin/{probe,next,worker-go,worker-python,worker-shell}.tar > /dev/null

# Sequences of steps beside each other mostly wait, so more of them run than there are cores.
run_test bin/e2e.test -test.v -test.parallel=4 -test.timeout=30m
