# shellcheck shell=bash
# What the namespaces hold before the first program starts: folders, names, an address. All of it ends with them.

make_place() {
  mount -n -t tmpfs -o size="$SIZE" tmpfs /run # -n, or it notes the mount in the machine's /run
  mount -t tmpfs -o size=256m tmpfs /var/log
  mkdir -p "$RUN" /run/lock
  shield_sysctls
  shield_var_lib
  make_names
  make_address
}

# shield_sysctls: kubelet writes these settings of the whole machine, unless they already have its values. It gets
# files of ours instead.
shield_sysctls() {
  local setting file
  for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
    kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
    file=$RUN/sysctl-${setting//[\/=]/-}
    echo "${setting#*=}" > "$file"
    mount --bind "$file" "/proc/sys/${setting%=*}"
  done
}

# shield_var_lib: kubelet and the CNI library write to fixed folders of the machine. They get their own; the others
# are still those of the machine, for the project itself may be in one.
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

# mount_over FILE: what is read from standard input. systemd-resolved has the file in /run, which is empty by now.
mount_over() {
  local target
  cat > "$RUN/${1##*/}"
  target=$(readlink -m "$1")
  case $target in /run/*) mkdir -p "${target%/*}"; : > "$target" ;; esac
  mount --bind "$RUN/${1##*/}" "$target"
}

# make_address: the node's, on a bridge, for kubelet refuses loopback. The default route leads nowhere, but programs
# look for one to learn their own address.
make_address() {
  ip link set lo up
  ip link add "$NODE_NAME" type bridge
  ip addr add "$NODE_IP/24" dev "$NODE_NAME"
  ip link set "$NODE_NAME" up
  ip route add default via 10.89.0.254 dev "$NODE_NAME"
  echo 1 > /proc/sys/net/ipv4/ip_forward
}
