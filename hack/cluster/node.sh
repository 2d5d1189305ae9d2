# shellcheck shell=bash
# The node: containerd, kubelet, kube-proxy, and DNS for its pods.

POD_CIDR=10.244.0.0/24
POLICY_QUEUE=100
DNS_IP=10.96.0.10 # for pods; what `exec` runs asks CoreDNS at the node's address

# use_unpacked_libraries sets the library path of the programs of Debian's packages.
use_unpacked_libraries() {
  LD_LIBRARY_PATH=$(echo "$DEB"/usr/lib/*-linux-gnu)
  XTABLES_LIBDIR=$LD_LIBRARY_PATH/xtables
  export LD_LIBRARY_PATH XTABLES_LIBDIR
}

start_containerd() {
  use_unpacked_libraries
  configure_network
  configure_containerd
  start containerd -c "$RUN/containerd.toml"
}

start_node() {
  await 30 "containerd is up" ctr -a "$RUN/containerd.sock" version
  ctr -a "$RUN/containerd.sock" -n k8s.io images import "$CLUSTER_BIN/pause.tar" > "$LOGS/pause.log" 2>&1
  log "the pause image is imported"
  configure_kubelet
  start kubelet --config "$RUN/kubelet.yaml" --kubeconfig "$CREDENTIALS/kubelet.kubeconfig" \
    --root-dir "$RUN/kubelet" --cert-dir "$RUN/kubelet-pki" --hostname-override "$NODE_NAME" --node-ip "$NODE_IP"
  configure_kube_proxy
  start kube-proxy --config "$RUN/kube-proxy.yaml"
  queue_connections
  start policies --kubeconfig "$CREDENTIALS/policies.kubeconfig" --node "$NODE_NAME" --queue "$POLICY_QUEUE"
  register_dns
  configure_coredns
  start coredns -conf "$RUN/Corefile"
  await 120 "the node is ready" kubectl wait --for=condition=Ready "node/$NODE_NAME" --timeout=1s
  await 30 "DNS answers" getent hosts kubernetes.default
}

# configure_network: the CNI plugin is ptp. With a bridge, responses between pods bypass the Service's NAT unless the machine
# has br_netfilter loaded.
configure_network() {
  mkdir -p "$RUN/cni"
  cat > "$RUN/cni/10-cluster.conflist" <<JSON
{"cniVersion": "1.0.0", "name": "cluster", "plugins": [
  {"type": "ptp", "ipam": {"type": "host-local", "dataDir": "$RUN/ipam", "ranges": [[{"subnet": "$POD_CIDR"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}
]}
JSON
}

# configure_containerd: without CAP_SYS_RESOURCE runc fails to lower OOM scores ("can't get final child's PID from pipe: EOF").
# AppArmor would leave a profile in the machine's kernel.
configure_containerd() {
  cat > "$RUN/containerd.toml" <<TOML
version = 2
root = "$RUN/containerd"
state = "$RUN/containerd-state"
[grpc]
  address = "$RUN/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$RUN/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:dev"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "$DEB/usr/sbin/runc"
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$DEB/usr/lib/cni"
    conf_dir = "$RUN/cni"
TOML
}

# configure_kubelet: no eviction and no image collection, because the disk is the cluster's tmpfs.
configure_kubelet() {
  cat > "$RUN/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: /$CLUSTER_ID
containerRuntimeEndpoint: unix://$RUN/containerd.sock
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
failSwapOn: false
oomScoreAdj: 0
evictionHard: {memory.available: 1Mi, nodefs.available: 1Mi, imagefs.available: 1Mi}
imageGCHighThresholdPercent: 100
podLogsDir: /var/log/pods
nodeStatusReportFrequency: 10s
resolvConf: ""
clusterDNS: [$DNS_IP]
clusterDomain: cluster.local
maxOpenFiles: 65536
volumePluginDir: $RUN/volume-plugins
YAML
}

# configure_kube_proxy: a sync period of 0 means the default of a second, in which Services refuse after a rollout.
# The conntrack settings are the machine's; 0 does not change them.
configure_kube_proxy() {
  cat > "$RUN/kube-proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $CREDENTIALS/kube-proxy.kubeconfig}
hostnameOverride: $NODE_NAME
mode: iptables
iptables: {minSyncPeriod: 10ms}
clusterCIDR: $POD_CIDR
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
YAML
}

# queue_connections sends the first packet of each connection of a pod to the program that enforces NetworkPolicies; no
# answer, no connection. The table mangle, because an accepted packet skips the rest of its table, and kube-proxy's are
# others. The node itself reaches every pod, as kubelet must. DNS by UDP is left out: on a loaded machine a packet is lost now
# and then; TCP sends it again after a second, a resolver after five.
queue_connections() {
  local chain rule
  for chain in FORWARD INPUT; do
    rule=(-t mangle -A "$chain" -s "$POD_CIDR" -m conntrack --ctstate NEW)
    iptables "${rule[@]}" -p udp --dport 53 -j ACCEPT
    iptables "${rule[@]}" -j NFQUEUE --queue-num "$POLICY_QUEUE"
  done
}

# configure_coredns: no cache, so that a new Service resolves at once. It runs on the node, as kube-proxy does, so it needs no
# image and starts before the first pod.
configure_coredns() {
  cat > "$RUN/Corefile" <<CONF
.:53 {
  errors
  kubernetes cluster.local in-addr.arpa {
    kubeconfig $CREDENTIALS/coredns.kubeconfig
    pods insecure
  }
}
CONF
}

# register_dns creates CoreDNS' rights, and its Service.
register_dns() {
  kubectl create -f - > /dev/null <<YAML
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "system:coredns"}
rules:
- {apiGroups: [""], resources: [services, namespaces], verbs: [list, watch]}
- {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: "system:coredns"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:coredns"}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:coredns"}]
---
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system}
spec:
  clusterIP: $DNS_IP
  ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kube-dns, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}
addressType: IPv4
ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]
endpoints: [{addresses: [$NODE_IP], nodeName: $NODE_NAME}]
YAML
}
