# shellcheck shell=bash disable=SC2154 # ROOT, DEMO and the customers of register.sh are its caller's
# A real cluster with operator and simulator, for the demo and the tests on a cluster: build, begin and end it, and reach
# kubectl and the simulator.

# shellcheck disable=SC2034 # the story's
PODS=yes

kubectl() { hack/cluster/cluster.sh exec kubectl "$@"; }
simulator() { hack/cluster/cluster.sh exec "$ROOT/bin/simulator" --admin http://admin.simulator.svc "$@"; }
cint() { hack/cluster/cluster.sh exec "$ROOT/bin/kubectl-cint" "$@"; }
export -f kubectl

build() {
  heading "Building (the first time, Kubernetes is compiled: some ten minutes on two cores)"
  hack/cluster/cluster.sh preflight > /dev/null
  make cluster images build 2>&1 | sed 's/^/   /'
}

begin() {
  heading "Starting a cluster: kube-apiserver, etcd, controller-manager, scheduler, kubelet, containerd, CoreDNS"
  hack/cluster/cluster.sh up 2>&1 | sed 's/^/   /'
  quietly "$DEMO/load.log" hack/cluster/cluster.sh load \
    bin/integration-operator.tar bin/integration-operator-sync.tar bin/integration-operator-simulator.tar \
    bin/integration-operator-portal.tar
  say "Loaded the images of operator, worker, simulator and portal, built from this checkout"

  heading "Installing the operator and the simulator"
  show kubectl apply -k "${SIMULATOR_FOLDER:-config/simulator}"
  show kubectl apply -k config/kept
  show kubectl apply -k config/customer-namespace
  reach_simulator
  if [ -n "${PORTAL:-}" ]; then
    portal_keys
    rm "$DEMO/link.key" "$DEMO/session.key" # the Secret is their only copy
  fi
  show kubectl apply -k "${OPERATOR_FOLDER:-config/default}"
  register
  quietly "$DEMO/rollout.log" kubectl -n integration-operator-system rollout status deployment/integration-operator --timeout=180s
  register_hrm
  show kubectl get pods -A -o wide --no-headers
}

# reach_simulator lets the operator's and the customers' pods reach the simulator, under the NetworkPolicies of config.
reach_simulator() {
  local namespace
  for namespace in "${NAMESPACE:-integration-operator-system}" "$CUSTOMERS"; do
    quietly "$DEMO/reach.log" kubectl apply --namespace "$namespace" -f config/simulator/reach.yaml
  done
}

# register creates the supplier's key, as in Maskinporten's self-service. The operator's Secret is its only copy.
register() {
  quietly "$DEMO/rollout.log" kubectl -n simulator rollout status deployment/simulator --timeout=180s
  rm -f "$DEMO/key.jwk"
  register_client
  quietly "$DEMO/secret.log" kubectl -n "${NAMESPACE:-integration-operator-system}" create secret generic maskinporten-key \
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
    case ${tenant% *} in
    elk) units=--units=$ELK_UNIT ;;
    hare) units=--units=$HARE_UNIT ;;
    *) units= ;;
    esac
    # shellcheck disable=SC2086 # empty means no argument
    quietly "$DEMO/register-hrm.log" simulator register-hrm-tenant "${tenant% *}" --organization "${tenant#* }" --token-out "$DEMO/token" $units
    quietly "$DEMO/secret.log" kubectl -n "$CUSTOMERS" create secret generic "${tenant% *}-hrm" --from-file=token="$DEMO/token"
    rm "$DEMO/token"
  done
  quietly "$DEMO/register-unit.log" simulator register-unit "$HARE_UNIT" --main-unit "$HARE"
  quietly "$DEMO/register-unit.log" simulator register-unit "$ELK_UNIT" --main-unit "$ELK"
  say "Created a tenant of the HRM system for each customer, put its token into a Secret"
}

samples() { show kubectl apply -k config/samples; }

# begin_portal starts the portal, which begin has installed, and makes it and the login provider reachable at localhost: a
# process in the cluster's network and one outside have a socket between them.
begin_portal() {
  local socket=$DEMO/portal.sock login=$DEMO/login.sock
  portal_rights
  quietly "$DEMO/rollout.log" kubectl -n integration-operator-system rollout status deployment/integration-operator-portal --timeout=180s
  rm -f "$socket" "$login"
  forward inside hack/cluster/cluster.sh exec "$ROOT/bin/simulator" forward \
    "unix:$socket=integration-operator-portal.integration-operator-system.svc:80" "unix:$login=login.simulator.svc:80"
  forward outside "$ROOT/bin/simulator" forward "127.0.0.1:18090=unix:$socket" "127.0.0.1:18091=unix:$login"
}

# forward NAME CMD...: starts a process that outlives this script, until `demo.sh down`.
forward() {
  local name=$1
  shift
  ( exec "$@" > "$DEMO/forward-$name.log" 2>&1 < /dev/null ) &
  echo $! > "$DEMO/forward-$name.pid"
  disown
}

end() {
  local name pid
  for name in outside inside; do
    pid=$(cat "$DEMO/forward-$name.pid" 2> /dev/null) || continue
    if ps -o args= -p "$pid" 2> /dev/null | grep -q "simulator forward"; then kill "$pid"; fi
    rm -f "$DEMO/forward-$name.pid"
  done
  hack/cluster/cluster.sh down
}

# end_with_script ends the cluster with the script, however that ends. diagnose, which the script defines, shows the
# cluster first, if the script failed rather than was interrupted.
end_with_script() {
  trap 'exit 130' INT TERM HUP
  trap finish EXIT
}

finish() {
  local code=$?
  trap '' INT TERM HUP
  [ "$code" = 0 ] || [ "$code" = 130 ] || diagnose >&2
  end
  [ "$code" = 0 ] || echo "$0: ended with $code after $SECONDS s" >&2
  exit "$code"
}

# run_test CMD...: runs a test in the cluster, in the background, because bash handles no signal while it waits for a
# foreground command.
run_test() {
  heading "The story"
  hack/cluster/cluster.sh exec "$@" &
  wait $!
  heading "All of it is as it should be, after $SECONDS s"
}

# aliases prints the aliases by which a person reaches the cluster from any folder.
aliases() {
  local in_cluster="CLUSTER_STATE=$CLUSTER_STATE $ROOT/hack/cluster/cluster.sh exec"
  cat << T
   alias k='$in_cluster kubectl -n $CUSTOMERS'
   alias sim='$in_cluster $ROOT/bin/simulator --admin http://admin.simulator.svc'
T
}
