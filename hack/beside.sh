#!/usr/bin/env bash
# beside.sh SCRIPT COMMAND ARGUMENT...: runs a script without arguments and a command at the same time, and fails if either
# does. The output of the script is printed at its end.
set -uo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# A background process ignores Ctrl-C otherwise.
env --default-signal=INT "$1" > "$log" 2>&1 &
script=$!
"${@:2}"
command=$?
wait "$script"
result=$?
cat "$log"
[ "$command" = 0 ] || exit "$command"
exit "$result"
