#!/usr/bin/env bash
# beside.sh SCRIPT COMMAND ARGUMENT...: runs a script and a command concurrently, and fails if either fails. It prints the
# script's output at the end, and then what failed.
set -uo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Without it a background process ignores Ctrl-C.
env --default-signal=INT "$1" > "$log" 2>&1 &
script=$!
"${@:2}"
command=$?
wait "$script"
result=$?
cat "$log"
[ "$result" = 0 ] || echo "beside.sh: $1 failed with $result: see above" >&2
[ "$command" = 0 ] || { echo "beside.sh: ${*:2} failed with $command: see before the output of $1" >&2; exit "$command"; }
exit "$result"
