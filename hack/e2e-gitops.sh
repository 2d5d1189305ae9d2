#!/usr/bin/env bash
# Flux's own controllers over examples/gitops on a real cluster: test/gitops. `make e2e-gitops` builds what it needs. The
# cluster is its own, and is gone at the end, however it ends; its logs and Flux's stay in .cluster/gitops.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. hack/demo/say.sh

ROOT=$PWD
export CLUSTER_STATE=$ROOT/.cluster/gitops FLUX_STATE=$ROOT/.cluster/gitops/flux
REPOSITORY=$CLUSTER_STATE/integrations
DEMO=$CLUSTER_STATE/install # the key for a moment, and logs
NAMESPACE=hr-integrations # of examples/gitops
. hack/demo/register.sh
. hack/demo/on_cluster.sh

diagnose() {
  heading "What the cluster looks like"
  timeout 30 hack/cluster/cluster.sh exec kubectl get gitrepositories,kustomizations,suppliers,cint,cronjobs,pods -A -o wide || true
  timeout 30 hack/cluster/cluster.sh exec kubectl get suppliers,cint -A -o yaml || true
  tail -n 30 "$FLUX_STATE"/*-controller.log || true
}

heading "Compiling the story"
export CGO_ENABLED=0
go test -c -vet=off -tags e2e -ldflags='-s -w' -o bin/gitops.test ./test/gitops
end_with_script
end
heading "Starting a cluster"
hack/cluster/cluster.sh up
hack/cluster/cluster.sh load bin/integration-operator.tar bin/integration-operator-sync.tar bin/integration-operator-simulator.tar
kubectl apply -k config/simulator > /dev/null
# Secrets come from a vault, before Flux; here they are the simulator's.
for namespace in "$NAMESPACE" "$CUSTOMERS"; do kubectl create namespace "$namespace"; done
reach_simulator
register
register_hrm
rm -rf "$REPOSITORY"
examples/gitops/create.sh "$REPOSITORY" > /dev/null
git -C "$REPOSITORY" -c user.name=team -c user.email=team@4human.example commit -qm "Add the integrations"
hack/cluster/cluster.sh exec hack/flux.sh up "$REPOSITORY"
SIMULATOR=$ROOT/bin/simulator REPOSITORY=$REPOSITORY run_test bin/gitops.test -test.run='^TestFlux$' -test.v -test.timeout=30m
