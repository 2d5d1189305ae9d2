#!/usr/bin/env bash
# package.sh VERSION [REGISTRY]: packages the Helm chart of VERSION (such as v1.2.3), whose images are REGISTRY/NAME:VERSION,
# into dist/integration-operator-1.2.3.tgz. The same commit results in the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

version=${1:-}
registry=${2:-}
name=integration-operator
if ! [[ $version =~ ^v?[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]]; then
  echo "package: VERSION must be a version such as v1.2.3, not \"$version\": make chart VERSION=v1.2.3" >&2
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "charts/$name" "$work/$name"
rm "$work/$name/README.md.gotmpl"
sed -i -e "s|^version: .*|version: ${version#v}|" -e "s|^appVersion: .*|appVersion: \"$version\"|" "$work/$name/Chart.yaml"
[ -z "$registry" ] || sed -i "s|^imageRegistry: .*|imageRegistry: $registry|" "$work/$name/values.yaml"
bin/helm lint --quiet --strict "$work/$name"

mkdir -p dist
archive=dist/$name-${version#v}.tgz
date=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || echo 0)}
tar -C "$work" --sort=name --mtime="@$date" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --format=gnu -c "$name" |
  gzip -n9 > "$archive"
bin/helm show chart "$archive" > /dev/null
echo "$archive"
