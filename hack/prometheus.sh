#!/usr/bin/env bash
# Unpacks Prometheus and promtool from Debian's package into bin/prometheus, without root. It installs nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dir=$PWD/bin/prometheus
[ ! -x "$dir/prometheus" ] || [ ! -x "$dir/promtool" ] || exit 0

mkdir -p bin
exec 9> bin/.prometheus.lock
flock 9 # a run at the same time unpacks it for us
[ ! -x "$dir/prometheus" ] || [ ! -x "$dir/promtool" ] || exit 0

new=$dir.new
rm -rf "$new"
mkdir -p "$new"/apt/{state/lists/partial,cache/archives/partial}
(
  cd "$new/apt"
  apt=(apt-get -qq -o Dir::State="$new/apt/state" -o Dir::Cache="$new/apt/cache" -o APT::Sandbox::User="$(id -un)")
  "${apt[@]}" update
  "${apt[@]}" download prometheus
) || { echo "prometheus.sh: cannot download Debian's package prometheus: check the network and the sources in /etc/apt" >&2; exit 1; }
dpkg-deb -x "$new"/apt/prometheus_*.deb "$new/deb"
mv "$new"/deb/usr/bin/{prometheus,promtool} "$new"
rm -rf "$new"/{apt,deb} "$dir"
mv "$new" "$dir"
"$dir/prometheus" --version > /dev/null
