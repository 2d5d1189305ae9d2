# shellcheck shell=bash
# Credentials of the cluster's programs at its API server: a random token each, valid as long as the cluster.

make_credentials() {
  local file name group token
  (
    umask 077
    mkdir "$CREDENTIALS"
    while IFS='|' read -r file name group; do
      token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
      echo "$token,$name,$name,\"$group\"" >> "$CREDENTIALS/tokens.csv"
      kubeconfig "$token" > "$CREDENTIALS/$file.kubeconfig"
    done <<USERS
admin|admin|system:masters
kube-controller-manager|system:kube-controller-manager|
kube-scheduler|system:kube-scheduler|
kubelet|system:node:$NODE_NAME|system:nodes
kube-proxy|system:kube-proxy|
coredns|system:coredns|
policies|policies|system:masters
USERS
  )
}

# kubeconfig TOKEN: the API server creates the certificate when it starts.
kubeconfig() {
  cat <<YAML
apiVersion: v1
kind: Config
clusters: [{name: cluster, cluster: {server: "https://$NODE_IP:6443", certificate-authority: $CREDENTIALS/apiserver.crt}}]
users: [{name: user, user: {token: "$1"}}]
contexts: [{name: cluster, context: {cluster: cluster, user: user}}]
current-context: cluster
YAML
}
