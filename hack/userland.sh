#!/usr/bin/env bash
# Unpacks Python, curl and busybox with their libraries out of Debian's packages into bin/userland, without installing
# them: the user land of the images of examples/worker. It needs apt-get and no root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dir=$PWD/bin/userland
new=$dir.new
rm -rf "$new"
mkdir -p "$new"/usr/{bin,sbin,lib,lib64} "$new"/apt/{state/lists/partial,cache/archives/partial,packages}
for folder in bin sbin lib lib64; do
  ln -s "usr/$folder" "$new/$folder" # where the C library is, differs between Debian's releases
done

# What Debian's packages depend on for their own installation, and what no program here loads.
unused='^(dpkg|tar|perl|debconf|install-info|mailcap|mime-support|media-types|libperl|libdb5|libgdbm|libreadline|readline|libsqlite)'
cd "$new/apt/packages"
apt=(-o Dir::State="$new/apt/state" -o Dir::Cache="$new/apt/cache" -o APT::Sandbox::User="$(id -un)")
apt-get -qq "${apt[@]}" update
mapfile -t packages < <(
  apt-cache "${apt[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
    --no-enhances busybox-static curl python3-minimal libpython3-stdlib | grep '^[a-z]' | grep -vE "$unused" | sort -u
)
apt-get -qq "${apt[@]}" download "${packages[@]}"
for package in *.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$new"
done
cd "$new"
rm -rf apt etc var usr/share usr/sbin usr/include usr/lib/*/gconv usr/lib/python3*/{test,idlelib,lib2to3,ensurepip}
for tool in sh cat date sed sleep tr; do
  ln -sf busybox "usr/bin/$tool"
done
LD_LIBRARY_PATH=$(echo "$new"/usr/lib/*-linux-gnu) usr/bin/python3 -c 'import ssl, urllib.request'
rm -rf "$dir"
mv "$new" "$dir"
