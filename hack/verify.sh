#!/usr/bin/env bash
# Fails if a generated file is outdated, or a go.mod is not tidy. It leaves the generated files updated, to be committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Checksums of all files that git tracks or could track.
state() { git ls-files -z --cached --others --exclude-standard | sort -zu | xargs -0 sha256sum 2>/dev/null || true; }

before=$(state)
make generate
# hack/tools/flux is not among them: a test of Flux imports a module that the proxy does not have, so it cannot be tidied.
for module in . hack/image hack/cluster/kube hack/cluster/policies hack/tools/controller-gen hack/tools/golangci-lint hack/tools/helm hack/tools/oapi-codegen; do
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
