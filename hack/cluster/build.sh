#!/usr/bin/env bash
# Builds what is missing of the test cluster's programs, below bin/cluster (CLUSTER_BIN).
#
#   build.sh                  all of it: Linux, Go and Debian's apt-get; no root
#   build.sh control-plane    kube-apiserver, etcd, kubectl: Go
#
# It downloads from the Go module proxy and Debian's archive, and changes only CLUSTER_BIN and Go's caches.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
. "$CLUSTER_DIR/preflight.sh"

# cgo off and no other compile flag, such as the Makefile's: a flag that differs compiles all of Kubernetes again.
# GOWORK off: the modules built here have dependencies that the project must not have.
export CGO_ENABLED=0 GOWORK=off GOFLAGS=${GOFLAGS//-trimpath/}

PROGRAMS=(etcd kube-apiserver kubectl)
[ "$(uname -s)" != Linux ] || PROGRAMS+=(coredns kube-controller-manager kube-proxy kube-scheduler kubelet)
PACKAGES=(
  containerd runc containernetworking-plugins busybox-static
  iptables libip4tc2 libip6tc2 libxtables12 libmnl0 libnfnetlink0 libnetfilter-conntrack3 libnftnl11 libseccomp2
)
UNPACKED=(
  bin/{containerd,containerd-shim-runc-v2,ctr} sbin/{runc,xtables-nft-multi}
  lib/cni/{host-local,loopback,portmap,ptp}
)

# fresh TARGET SOURCE...: succeeds if TARGET exists and is newer than each SOURCE.
fresh() {
  local target=$1 source
  shift
  [ -e "$target" ] || return 1
  for source; do
    [ "$target" -nt "$source" ] || return 1
  done
}

# go_program NAME DIR [LDFLAGS]: builds the program in DIR beside the old one, which may be running.
go_program() {
  log "building $1"
  (cd "$2" && go build -v -buildvcs=false -ldflags="-s -w${3:-}" -o "$CLUSTER_BIN/$1.new" . 2>&1) | progress "$1"
  touch "$CLUSTER_BIN/$1.new"
  mv "$CLUSTER_BIN/$1.new" "$CLUSTER_BIN/$1"
}

# progress NAME: prints a line every ten seconds in place of go's lines for modules and packages. It passes other lines on.
progress() {
  local line modules=0 packages=0 said=$SECONDS
  while IFS= read -r line; do
    case $line in
    'go: downloading '*) ((++modules)) ;;
    '' | *[!A-Za-z0-9._~/-]*) printf '%s\n' "$line" >&2 ;;
    *) ((++packages)) ;;
    esac
    ((SECONDS - said >= 10)) || continue
    said=$SECONDS
    log "$1: $modules modules downloaded, $packages packages compiled"
  done
}

build_kube() {
  local source=$CLUSTER_DIR/kube program
  fresh "$CLUSTER_BIN/kube" "$source"/{main.go,node_linux.go,node_other.go,go.mod,go.sum} || go_program kube "$source" "$(version_flags)"
  for program in "${PROGRAMS[@]}"; do
    ln -sf kube "$CLUSTER_BIN/$program"
  done
}

# version_flags: without them the server reports v0.0.0-master, and clients warn about it.
version_flags() {
  local version major minor package
  version=$(cd "$CLUSTER_DIR/kube" && go list -m -f '{{.Version}}' k8s.io/kubernetes)
  IFS=. read -r major minor _ <<< "${version#v}"
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    printf ' -X %s.%s' "$package" "gitVersion=$version" "$package" "gitMajor=$major" \
      "$package" "gitMinor=$minor" "$package" gitTreeState=clean
  done
}

build_policies() {
  local source=$CLUSTER_DIR/policies
  fresh "$CLUSTER_BIN/policies" "$source"/{main.go,go.mod,go.sum} || go_program policies "$source"
}

build_images() {
  local pause=$CLUSTER_DIR/pause busybox
  make -C "$ROOT" "CLUSTER_BIN=$CLUSTER_BIN" "$CLUSTER_BIN/image" >&2
  if ! fresh "$CLUSTER_BIN/pause.tar" "$pause/main.go" "$CLUSTER_BIN/image"; then
    go_program pause "$pause"
    image -name localhost/pause:dev -out "$CLUSTER_BIN/pause.tar" -entrypoint /pause "$CLUSTER_BIN/pause=/pause"
  fi
  if ! fresh "$CLUSTER_BIN/busybox.tar" "$DEB" "$CLUSTER_BIN/image"; then
    busybox=$(find "$DEB" -name busybox -type f -perm -u+x)
    image -name localhost/busybox:dev -out "$CLUSTER_BIN/busybox.tar" -entrypoint /bin/sh \
      "$busybox=/bin/busybox" busybox@=/bin/{sh,sleep,cat,echo,wget,nslookup}
  fi
}

# unpack_debian unpacks files of Debian's packages without installing them. apt has folders of its own, so it needs no root,
# is up to date, and does not change the machine's.
unpack_debian() {
  [ ! -e "$DEB" ] || return 0
  log "unpacking containerd, runc, CNI plugins, iptables and busybox from Debian's packages"
  local new=$DEB.new package
  rm -rf "$new"
  mkdir -p "$new"/apt/{state/lists/partial,cache/archives/partial,packages}
  (
    cd "$new/apt/packages"
    apt=(apt-get -qq -o Dir::State="$new/apt/state" -o Dir::Cache="$new/apt/cache" -o APT::Sandbox::User=root)
    "${apt[@]}" update
    "${apt[@]}" download "${PACKAGES[@]}"
  ) || die "cannot download Debian's packages: is its archive within reach, and named in /etc/apt?"
  for package in "$new"/apt/packages/*.deb; do
    dpkg-deb -x "$package" "$new"
  done
  rm -rf "${new:?}"/{apt,usr/share}
  for package in {iptables,ip6tables}{,-save,-restore}; do
    ln -sf xtables-nft-multi "$new/usr/sbin/$package"
  done
  verify_unpacked "$new"
  mv "$new" "$DEB"
}

# verify_unpacked DIR: fails unless each program exists and finds its libraries.
verify_unpacked() {
  local file missing
  for file in "${UNPACKED[@]}"; do
    [ -x "$1/usr/$file" ] || die "Debian's packages hold no /usr/$file: this release arranges them in another way"
    missing=$(LD_LIBRARY_PATH=$(echo "$1"/usr/lib/*-linux-gnu) ldd "$1/usr/$file" 2>&1 | grep 'not found') || continue
    die "/usr/$file lacks a library:" "$missing"
  done
}

part=${1:-node}
[[ $# -le 1 && $part =~ ^(node|control-plane)$ ]] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
preflight_build "$part"
mkdir -p "$CLUSTER_BIN"
if command -v flock > /dev/null; then
  exec 9> "$CLUSTER_BIN/.lock"
  flock 9 # a build at the same time builds it for us
fi
build_kube
if [ "$part" = node ]; then
  build_policies
  unpack_debian
  build_images
fi
