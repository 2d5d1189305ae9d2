#!/usr/bin/env bash
# beside.sh SCRIPT COMMAND ARGUMENT...: runs a script and a command concurrently, and fails if either fails. It prints the
# script's output at the end.
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
[ "$command" = 0 ] || exit "$command"
exit "$result"
