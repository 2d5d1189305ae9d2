# shellcheck shell=bash
# Prepares the namespaces before the first program starts: folders, names, an address. All of it ends with them.

make_place() {
  mount -n -t tmpfs -o size="$SIZE" tmpfs /run # -n, or it notes the mount in the machine's /run
  mount -t tmpfs -o size=256m tmpfs /var/log
  mkdir -p "$RUN" /run/lock
  shield_sysctls
  shield_var_lib
  make_names
  make_address
}

# shield_sysctls: kubelet writes these settings of the whole machine unless they have its values. Other files are mounted over
# them.
shield_sysctls() {
  local setting file
  for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
    kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
    file=$RUN/sysctl-${setting//[\/=]/-}
    echo "${setting#*=}" > "$file"
    mount --bind "$file" "/proc/sys/${setting%=*}"
  done
}

# shield_var_lib: kubelet and the CNI library write to fixed folders, over which others are mounted. The rest of /var/lib is the
# machine's, because the project itself may be there.
shield_var_lib() {
  mkdir "$RUN/var-lib"
  mount --rbind /var/lib "$RUN/var-lib"
  mount -t tmpfs -o size=64m tmpfs /var/lib
  ln -s "$RUN"/var-lib/* /var/lib
  rm -f /var/lib/{kubelet,cni}
}

make_names() {
  echo "$NODE_NAME" > /proc/sys/kernel/hostname
  printf '127.0.0.1 localhost\n%s %s\n' "$NODE_IP" "$NODE_NAME" | mount_over /etc/hosts
  mount_over /etc/resolv.conf <<CONF
nameserver $NODE_IP
search default.svc.cluster.local svc.cluster.local cluster.local
options ndots:5
CONF
}

# mount_over FILE: mounts standard input over a file. systemd-resolved has the file in /run, which is empty here.
mount_over() {
  local target
  cat > "$RUN/${1##*/}"
  target=$(readlink -m "$1")
  case $target in /run/*) mkdir -p "${target%/*}"; : > "$target" ;; esac
  mount --bind "$RUN/${1##*/}" "$target"
}

# make_address creates the node's address on a bridge, because kubelet refuses loopback. The default route leads nowhere;
# programs use it to find their own address.
make_address() {
  ip link set lo up
  ip link add "$NODE_NAME" type bridge
  ip addr add "$NODE_IP/24" dev "$NODE_NAME"
  ip link set "$NODE_NAME" up
  ip route add default via 10.89.0.254 dev "$NODE_NAME"
  echo 1 > /proc/sys/net/ipv4/ip_forward
}
