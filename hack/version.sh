#!/usr/bin/env bash
# Prints the linker's flags that set version, commit and date of the programs. VERSION is the version, by default that
# of `git describe`. Without git, as in a source archive, the programs report "devel" and no commit.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

package=github.com/4human/integration-operator/internal/version
version=${VERSION:-$(git describe --tags --match='v[0-9]*' --always --dirty 2>/dev/null || echo devel)}
printf -- '-s -w -X %s.number=%s' "$package" "$version"
if commit=$(git log -1 --format=%H 2>/dev/null); then
  printf -- ' -X %s.commit=%s -X %s.date=%s' "$package" "$commit" "$package" \
    "$(TZ=UTC git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ)"
fi
