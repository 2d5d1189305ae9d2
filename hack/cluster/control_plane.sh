# shellcheck shell=bash
# The control plane: etcd, API server, controllers, scheduler.

SERVICE_CIDR=10.96.0.0/16

start_control_plane() {
  export KUBECONFIG=$CREDENTIALS/admin.kubeconfig KUBECACHEDIR=$RUN/kubectl
  start_etcd
  start_apiserver
  await 120 "the API server is ready" kubectl get --raw /readyz
  start_controllers
}

start_etcd() {
  start etcd --data-dir "$RUN/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380
}

# start_apiserver: the key of the server's own certificate also signs service account tokens.
start_apiserver() {
  local audit=()
  [ -z "$AUDIT_POLICY" ] || audit=(--audit-policy-file "$AUDIT_POLICY" --audit-log-path "$LOGS/audit.log")
  start kube-apiserver --etcd-servers http://127.0.0.1:2379 --secure-port 6443 --advertise-address "$NODE_IP" \
    --cert-dir "$CREDENTIALS" --token-auth-file "$CREDENTIALS/tokens.csv" \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
    --service-cluster-ip-range $SERVICE_CIDR --allow-privileged --kubelet-preferred-address-types InternalIP \
    --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file "$CREDENTIALS/apiserver.key" \
    --service-account-signing-key-file "$CREDENTIALS/apiserver.key" "${audit[@]}"
}

# start_controllers: with the default API rate the default service account is created seconds late.
start_controllers() {
  start kube-controller-manager --kubeconfig "$CREDENTIALS/kube-controller-manager.kubeconfig" \
    --use-service-account-credentials --service-account-private-key-file "$CREDENTIALS/apiserver.key" \
    --root-ca-file "$CREDENTIALS/apiserver.crt" --leader-elect=false --kube-api-qps 500 --kube-api-burst 1000 \
    --cert-dir "$RUN/kube-controller-manager" --flex-volume-plugin-dir "$RUN/volume-plugins"
  start kube-scheduler --kubeconfig "$CREDENTIALS/kube-scheduler.kubeconfig" --leader-elect=false \
    --cert-dir "$RUN/kube-scheduler"
}
