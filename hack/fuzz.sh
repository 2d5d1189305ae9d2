#!/usr/bin/env bash
# Runs every fuzz test of the project for FUZZTIME (20s) each.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

grep -rlE '^func Fuzz' --include='*_test.go' internal cmd pkg | xargs -n1 dirname | sort -u | while read -r package; do
  grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$package"/*_test.go | awk '{print $2}' | while read -r target; do
    echo "== $package $target"
    go test "./$package" -run='^$' -fuzz="^$target\$" -fuzztime="${FUZZTIME:-20s}" < /dev/null
  done
done
