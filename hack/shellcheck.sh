#!/usr/bin/env bash
# Runs shellcheck on every script. If it is not installed, it is unpacked from Debian's package.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dir=$PWD/bin/shellcheck
if ! command -v shellcheck > /dev/null && [ ! -x "$dir/usr/bin/shellcheck" ]; then
  rm -rf "$dir"
  mkdir -p "$dir"/apt/{state/lists/partial,cache/archives/partial}
  (
    cd "$dir/apt"
    apt=(apt-get -qq -o Dir::State="$dir/apt/state" -o Dir::Cache="$dir/apt/cache" -o APT::Sandbox::User="$(id -un)")
    "${apt[@]}" update
    "${apt[@]}" download shellcheck
  )
  dpkg-deb -x "$dir"/apt/shellcheck_*.deb "$dir"
  rm -rf "$dir/apt"
fi
export PATH=$dir/usr/bin:$PATH
git ls-files -z --cached --others --exclude-standard -- '*.sh' .ci/run | xargs -0 shellcheck -x -P SCRIPTDIR
