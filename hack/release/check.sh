#!/usr/bin/env bash
# check.sh VERSION: builds a release twice, from clones of HEAD in two folders, and fails if a file differs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

version=${1:?"write a version, such as v0.1.0"}
bin=$PWD/bin
make "$bin/cluster/image" "$bin/cyclonedx-gomod" "$bin/helm"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folders=("$work/one" "$work/two/and/deeper")
for folder in "${folders[@]}"; do
  git clone -q . "$folder"
  ln -s "$bin" "$folder/bin"
  (cd "$folder" && go run ./hack/release -version "$version")
done
diff "${folders[@]/%//dist/SHA256SUMS}" || { echo "check.sh: the files above differ between two folders" >&2; exit 1; }
echo "Two builds in different folders resulted in the same $(wc -l < "${folders[0]}/dist/SHA256SUMS") files"
