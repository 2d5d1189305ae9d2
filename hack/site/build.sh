#!/usr/bin/env bash
# Renders docs into dist/site, with vitepress from npm in the versions of package-lock.json. A dead link ends it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

ROOT=$PWD
BUILD=$ROOT/bin/site
export ROOT

command -v npm > /dev/null || { echo "site: npm is missing. Install it: apt-get install npm" >&2; exit 1; }
mkdir -p "$BUILD/.vitepress/theme"
cp hack/site/package.json hack/site/package-lock.json "$BUILD/"
cp hack/site/config.js "$BUILD/.vitepress/config.js"
cp hack/site/theme.js "$BUILD/.vitepress/theme/index.js"
cp hack/site/theme.css "$BUILD/.vitepress/theme/theme.css"
rm -rf "$BUILD/docs" dist/site
cp -R docs "$BUILD/docs"
cd "$BUILD"
cmp -s package-lock.json node_modules/installed || { npm ci --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/installed; }
npx --no-install vitepress build
echo "The site is in dist/site. To read it: python3 -m http.server -d dist/site"
