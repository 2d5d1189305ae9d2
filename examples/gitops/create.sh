#!/usr/bin/env bash
# Makes a team's git repository of this example.
#
#   create.sh FOLDER VERSION   with the bases and schemas of a release, at GitHub
#   create.sh FOLDER           to try it: with copies of this checkout's, in upstream, and with the simulator
#
# For a release, it prints what the team replaces.
set -euo pipefail

folder=${1:-} version=${2:-}
[ -n "$folder" ] || { sed -n '4,5s/^# *//p' "$0" >&2; exit 2; }
[ ! -e "$folder" ] || { echo "create.sh: $folder exists: name a new folder" >&2; exit 1; }
example=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
case "$(cd "$(dirname "$folder")" && pwd -P)/" in
"$example"/*) echo "create.sh: $folder is inside the example: name a folder outside" >&2; exit 1 ;;
esac
cp -r "$example" "$folder"
cd "$folder"
rm create.sh README.md

# Two marks name what a release has at GitHub: a comment behind a path, and one below an editor's schema.
if [ -n "$version" ]; then
  rm -r ./*/simulator
  find . -type f -exec sed -i -E \
    -e 's|(\[?)(\.\./)+config/[^] ]+(\]?) +# replace: (https:.*)|\1"\4"\3|' \
    -e '/schema=\.\./{N;s|schema=.*replace: |schema=|}' -e "s|v0\.1\.0|$version|g" {} +
else
  mkdir upstream
  for part in crd customer-namespace default health kept manager rbac schemas; do cp -r "$example/../../config/$part" upstream; done
  rm upstream/crd/crd.go
  find . -path ./upstream -prune -o -type f -exec sed -i -E \
    -e 's|\.\./\.\./((\.\./)*)config/|\1upstream/|' -e '/# replace: https:/{s| +# replace: https:.*||;/^# replace: https:/d}' {} +
fi
git init -q -b main
git add -A
[ -n "$version" ] || { echo "$folder is a git repository. Commit it, and go on with docs/gitops.md"; exit; }
echo "$folder is a git repository. Commit it after you have replaced what is yours:"
grep -rn '# replace' .
