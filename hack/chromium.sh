#!/usr/bin/env bash
# Installs what the browser tests need and the machine lacks: Debian's chromium and a font (root), and axe-core, which
# finds faults of accessibility, below bin/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PACKAGES=(chromium fonts-inter)
AXE_VERSION=4.14.1
AXE_SHA512=1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5
AXE=bin/axe-core-$AXE_VERSION.min.js

die() {
  printf 'chromium.sh: %s\n' "$@" >&2
  exit 1
}

# install_packages installs chromium and the font from Debian's archive.
install_packages() {
  ! dpkg-query -W "${PACKAGES[@]}" > /dev/null 2>&1 || return 0
  command -v apt-get > /dev/null || die "The browser tests need chromium and the font Inter. Install both, on Debian or Ubuntu with apt-get."
  [ "$(id -u)" = 0 ] || die "Chromium is missing. Run as root: apt-get install --no-install-recommends ${PACKAGES[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -qq -y --no-install-recommends "${PACKAGES[@]}" > /dev/null
}

# fetch_axe puts axe-core's script below bin/, if the package has the pinned checksum.
fetch_axe() {
  [ ! -s "$AXE" ] || return 0
  command -v npm > /dev/null || die "The browser tests fetch axe-core with npm. Install it: apt-get install npm"
  mkdir -p bin
  (
    new=$(mktemp -d bin/axe.XXXXXX)
    trap 'rm -rf "$new"' EXIT
    npm pack --silent --pack-destination "$new" "axe-core@$AXE_VERSION" > /dev/null
    sha512sum --check --quiet <<< "$AXE_SHA512  $new/axe-core-$AXE_VERSION.tgz" ||
      die "axe-core $AXE_VERSION has another checksum than the pinned one. If you changed the version, change AXE_SHA512 too."
    tar -xzf "$new/axe-core-$AXE_VERSION.tgz" -C "$new" package/axe.min.js
    mv "$new/package/axe.min.js" "$AXE"
  )
}

install_packages
fetch_axe
ln -sf "$(basename "$AXE")" bin/axe.min.js
