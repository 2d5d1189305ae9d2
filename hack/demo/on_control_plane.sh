# shellcheck shell=bash disable=SC2154 # ROOT and DEMO are demo.sh's, CUSTOMERS register.sh's
# The demo without root, or away from Linux: a kube-apiserver and its etcd, and operator and simulator as processes.

# shellcheck disable=SC2034 # the story's
PODS=no
MASKINPORTEN=127.0.0.1:18080
ADMIN=127.0.0.1:18081
ALTINN=127.0.0.1:18086
REGISTER=127.0.0.1:18088
export KUBEBUILDER_ASSETS=${KUBEBUILDER_ASSETS:-$ROOT/bin/cluster}

kubectl() { KUBECONFIG=$DEMO/kubeconfig KUBECACHEDIR=$DEMO/kubectl "$KUBEBUILDER_ASSETS/kubectl" "$@"; }
simulator() { "$ROOT/bin/simulator" --admin "http://$ADMIN" "$@"; }
cint() { KUBECONFIG=$DEMO/kubeconfig "$ROOT/bin/kubectl-cint" "$@"; }

build() {
  heading "Building (the first time, Kubernetes is compiled: some ten minutes on two cores)"
  make control-plane build "$ROOT/bin/controlplane" 2>&1 | sed 's/^/   /'
  say "This is the story without pods: the operator creates Jobs, and nothing runs them. For a real cluster, be root on Linux."
}

begin() {
  heading "Starting a control plane: kube-apiserver and etcd"
  mkdir -p "$DEMO"
  start controlplane "$ROOT/bin/controlplane" "$DEMO/kubeconfig"
  await controlplane test -s "$DEMO/kubeconfig"

  heading "Installing the operator's kinds, and starting simulator and operator as processes"
  show kubectl apply -k config/kept
  show kubectl apply -k config/customer-namespace
  start simulator "$ROOT/bin/simulator" serve --listen "$MASKINPORTEN" --admin-listen "$ADMIN" --issuer "http://$MASKINPORTEN/" \
    --nav-listen 127.0.0.1:18083 --hrm-listen 127.0.0.1:18084 --altinn-listen "$ALTINN" --sick-pay-listen 127.0.0.1:18087 \
    --register-listen "$REGISTER" --registrations-listen 127.0.0.1:18089 --letters-listen 127.0.0.1:18093 \
    --reports-listen 127.0.0.1:18094 \
    --login-listen 127.0.0.1:18091 --login-issuer http://localhost:18091 --portal-url "$PORTAL"
  await simulator simulator requests
  register
  start manager env KUBECONFIG="$DEMO/kubeconfig" "$ROOT/bin/manager" --namespace integration-operator-system \
    --namespaces "$CUSTOMERS" --leader-elect=false --metrics-bind-address=0 --health-probe-bind-address=127.0.0.1:18082 \
    --token-broker-bind-address=127.0.0.1:18085 --sync-image=localhost/integration-operator-sync:dev
}

# begin_portal starts the portal as a process, with an administrator's rights.
begin_portal() {
  portal_keys
  show kubectl apply -f config/rbac/user_roles.yaml
  portal_rights
  start portal env KUBECONFIG="$DEMO/kubeconfig" "$ROOT/bin/portal" --namespaces "$CUSTOMERS" --public-url "$PORTAL" \
    --bind-address 127.0.0.1:18090 --health-probe-bind-address 127.0.0.1:18092 --metrics-bind-address 0 \
    --link-key-file "$DEMO/link.key" --session-key-files "$DEMO/session.key" --oidc-issuer-url http://localhost:18091 \
    --oidc-client-id portal --oidc-username-prefix oidc:
  await portal curl -fsS http://127.0.0.1:18092/readyz
}

# start NAME CMD...: starts a process that outlives this script, until `demo.sh down`.
start() {
  local name=$1
  shift
  ( exec "$@" > "$DEMO/$name.log" 2>&1 < /dev/null ) &
  echo $! > "$DEMO/$name.pid"
  disown
}

# await NAME CMD...: waits until CMD succeeds. It fails if the process NAME ends.
await() {
  local name=$1
  shift
  until "$@" > /dev/null 2>&1; do
    kill -0 "$(cat "$DEMO/$name.pid")" 2> /dev/null || { tail "$DEMO/$name.log" >&2; echo "demo: $name has ended" >&2; exit 1; }
    sleep 0.2
  done
}

register() {
  register_client
  quietly "$DEMO/secret.log" kubectl -n integration-operator-system create secret generic maskinporten-key \
    --from-file=key.jwk="$DEMO/key.jwk"
  rm "$DEMO/key.jwk"
  say "Created a key, registered its public half at Maskinporten, put the private half into the Secret maskinporten-key"
}

samples() {
  say "The samples, with Maskinporten at $MASKINPORTEN and Altinn at $ALTINN:"
  kubectl kustomize config/samples | sed "s#http://maskinporten.simulator.svc/#http://$MASKINPORTEN/#; s#http://altinn.simulator.svc#http://$ALTINN#; s#http://register.simulator.svc#http://$REGISTER#" \
    > "$DEMO/samples.yaml"
  show kubectl apply -f "$DEMO/samples.yaml"
}

# end ends the processes that begin started, if their pids still belong to them.
end() {
  local name pid
  for name in portal manager simulator controlplane; do
    pid=$(cat "$DEMO/$name.pid" 2> /dev/null) || continue
    if ps -o args= -p "$pid" 2> /dev/null | grep -q "bin/$name"; then
      kill "$pid"
      while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
    fi
  done
  rm -rf "$DEMO"
}

# aliases prints the aliases by which a person reaches the control plane from any folder.
aliases() {
  cat << T
   alias k='$KUBEBUILDER_ASSETS/kubectl --kubeconfig=$DEMO/kubeconfig -n $CUSTOMERS'
   alias sim='$ROOT/bin/simulator --admin http://$ADMIN'
T
}
