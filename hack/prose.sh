#!/usr/bin/env bash
# Lists lines with words that the project's texts avoid (CONTRIBUTING.md, "How we write"), below the given paths or in all
# files. `allowed` has the exceptions.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

avoided=(
  '//.*\bgives?\b'                            # "returns", "reports"
  '\b([Ww]hoever|[Ss]omebody|[Nn]obody)\b'    # name the actor
  '\b(is|are|was|were) (told|asked|noticed)\b' # name the actor, in the active voice
  '\bHRM solutions?\b'                        # "HRM system"
)
allowed='hack/prose\.sh'

pattern=$(IFS='|'; echo "${avoided[*]}")
found=$(git grep -nIP "$pattern" -- "${@:-.}" ':!*/testdata/foreign/*' ':!*.svg' | grep -vE "^($allowed):" || true)
[ -z "$found" ] && exit 0
echo "$found"
echo "$(wc -l <<<"$found") lines use words that this project avoids; see CONTRIBUTING.md, \"How we write\"." >&2
exit 1
