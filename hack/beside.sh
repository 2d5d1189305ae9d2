#!/usr/bin/env bash
# beside.sh SCRIPT COMMAND ARGUMENT...: runs a script and a command concurrently, and fails if either fails. It prints the
# script's output at the end, and then the failed tests of both, because they stand far above the logs of a cluster.
set -uo pipefail

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
# Without it a background process ignores Ctrl-C.
env --default-signal=INT "$1" > "$logs/script" 2>&1 &
script=$!
"${@:2}" 2>&1 | tee "$logs/command"
command=${PIPESTATUS[0]}
wait "$script"
result=$?
cat "$logs/script"

# failures LOG WHAT CODE: prints the failed tests in an output of `go test`, each with the end of what it said.
failures() {
  [ "$3" != 0 ] || return 0
  echo "beside.sh: $2 failed with $3. Its failed tests (where none is listed, see its output above):"
  awk '
    /^=== / { name = $3; failed = 0; next }
    /^ *--- FAIL: / { print; printf "%s", said[$3]; failed = 1; next }
    /^ *--- / || /^(ok|PASS|FAIL)/ { failed = 0; next }
    failed { print; next }
    name { said[name] = substr(said[name] $0 "\n", length(said[name] $0) - 2000) }
  ' "$1"
} >&2
failures "$logs/script" "$1" "$result"
failures "$logs/command" "${*:2}" "$command"
[ "$command" = 0 ] || exit "$command"
exit "$result"
