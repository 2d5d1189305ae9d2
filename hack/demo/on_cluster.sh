# shellcheck shell=bash disable=SC2154 # ROOT, DEMO, CUSTOMERS, SUPPLIER and the customers are its caller's
# A real cluster with operator and simulator, for the demo and for hack/e2e.sh: build, begin and end it, and reach kubectl
# and the simulator.

# shellcheck disable=SC2034 # the story's
PODS=yes

kubectl() { hack/cluster/cluster.sh exec kubectl "$@"; }
simulator() { hack/cluster/cluster.sh exec "$ROOT/bin/simulator" --admin http://admin.simulator.svc "$@"; }
export -f kubectl

build() {
  heading "Building (the first time, Kubernetes is compiled: some ten minutes on two cores)"
  hack/cluster/cluster.sh preflight > /dev/null
  make cluster images 2>&1 | sed 's/^/   /'
}

begin() {
  heading "Starting a cluster: kube-apiserver, etcd, controller-manager, scheduler, kubelet, containerd, CoreDNS"
  hack/cluster/cluster.sh up 2>&1 | sed 's/^/   /'
  quietly "$DEMO/load.log" hack/cluster/cluster.sh load \
    bin/integration-operator.tar bin/integration-operator-sync.tar bin/integration-operator-simulator.tar
  say "Loaded the images of operator, worker and simulator, built from this checkout"

  heading "Installing the operator and the simulator"
  show kubectl apply -k config/simulator
  show kubectl apply -k config/kept
  show kubectl apply -k config/default
  register
  quietly "$DEMO/rollout.log" kubectl -n integration-operator-system rollout status deployment/integration-operator --timeout=180s
  register_hrm
  show kubectl get pods -A -o wide --no-headers
}

# register creates the supplier's key, as in Maskinporten's self-service. The operator's Secret is its only copy.
register() {
  quietly "$DEMO/rollout.log" kubectl -n simulator rollout status deployment/simulator --timeout=180s
  rm -f "$DEMO/key.jwk"
  register_client
  quietly "$DEMO/secret.log" kubectl -n integration-operator-system create secret generic maskinporten-key \
    --from-file=key.jwk="$DEMO/key.jwk"
  rm "$DEMO/key.jwk"
  say "Created a key, registered its public half at Maskinporten, put the private half into the Secret maskinporten-key"
}

# register_hrm creates each customer's tenant of the simulated HRM system. The customer's Secret is the only copy of the
# tenant's token.
register_hrm() {
  local tenant units
  for tenant in "tiger $TIGER" "wolf $WOLF" "elk $ELK" "hare $HARE"; do
    rm -f "$DEMO/token"
    units=
    [ "${tenant% *}" != hare ] || units=--units=$HARE_UNIT
    # shellcheck disable=SC2086 # empty means no argument
    quietly "$DEMO/register-hrm.log" simulator register-hrm-tenant "${tenant% *}" --organization "${tenant#* }" --token-out "$DEMO/token" $units
    quietly "$DEMO/secret.log" kubectl -n "$CUSTOMERS" create secret generic "${tenant% *}-hrm" --from-file=token="$DEMO/token"
    rm "$DEMO/token"
  done
  quietly "$DEMO/register-unit.log" simulator register-unit "$HARE_UNIT" --main-unit "$HARE"
  say "Created a tenant of the HRM system for each customer, put its token into a Secret"
}

samples() { show kubectl apply -k config/samples; }

end() { hack/cluster/cluster.sh down; }

# aliases prints the aliases by which a person reaches the cluster from any folder.
aliases() {
  local in_cluster="CLUSTER_STATE=$CLUSTER_STATE $ROOT/hack/cluster/cluster.sh exec"
  cat << T
   alias k='$in_cluster kubectl -n $CUSTOMERS'
   alias sim='$in_cluster $ROOT/bin/simulator --admin http://admin.simulator.svc'
T
}
