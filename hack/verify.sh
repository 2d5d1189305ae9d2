#!/usr/bin/env bash
# Fails if a generated file is not what `make generate` makes of its sources, or a go.mod is not tidy. It leaves the tree
# as generation leaves it, so that the difference can be committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Each file of the tree that git knows or could know, with its content.
state() { git ls-files -z --cached --others --exclude-standard | sort -zu | xargs -0 sha256sum 2>/dev/null || true; }

before=$(state)
make generate
for module in . hack/image hack/cluster/kube hack/tools/controller-gen hack/tools/golangci-lint hack/tools/oapi-codegen; do
  echo "go mod tidy: $module"
  go -C "$module" mod tidy -diff || { echo "verify: $module/go.mod is not tidy: go -C $module mod tidy" >&2; exit 1; }
  go -C "$module" mod verify > /dev/null
done
if ! changed=$(diff <(echo "$before") <(state)); then
  echo "verify: generated files were not up to date; they are now, commit them:" >&2
  awk '/^[<>]/ {print "  " $3}' <<< "$changed" | sort -u >&2
  exit 1
fi
echo "Generated files are up to date"
