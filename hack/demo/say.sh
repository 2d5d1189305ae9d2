# shellcheck shell=bash
# The output of the demo: headings, text, and commands with their output.

if [ -t 1 ]; then
  bold=$(printf '\033[1m') faint=$(printf '\033[2m') plain=$(printf '\033[0m')
else
  bold='' faint='' plain=''
fi

# heading TEXT: prints the heading of a part.
heading() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }

# say TEXT: prints what happens.
say() { printf '   %s\n' "$*"; }

# show CMD...: prints the command as a person types it, and its output.
show() {
  local word line=''
  for word in "$@"; do
    [[ $word == *[!A-Za-z0-9_./:=,@%+-]* ]] && word="'$word'"
    line+=" $word"
  done
  printf '%s   $%s%s\n' "$faint" "$line" "$plain"
  "$@" 2>&1 | sed 's/^/     /'
}

# quietly LOG CMD...: runs a command, and prints its output only if it fails.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  "$@" > "$log" 2>&1 || { tail -n 20 "$log" >&2; echo "demo: failed: $* (all of its output: $log)" >&2; exit 1; }
}
