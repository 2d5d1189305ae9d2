# shellcheck shell=bash
# How the demo speaks: headings, what happens, the commands it runs.

if [ -t 1 ]; then
  bold=$(printf '\033[1m') faint=$(printf '\033[2m') plain=$(printf '\033[0m')
else
  bold='' faint='' plain=''
fi

# heading TEXT: a part of the story.
heading() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }

# say TEXT: what happens now.
say() { printf '   %s\n' "$*"; }

# show CMD...: the command as a person would type it, and its output.
show() {
  local word line=''
  for word in "$@"; do # as one would type it
    [[ $word == *[!A-Za-z0-9_./:=,@%+-]* ]] && word="'$word'"
    line+=" $word"
  done
  printf '%s   $%s%s\n' "$faint" "$line" "$plain"
  "$@" 2>&1 | sed 's/^/     /'
}

# quietly LOG CMD...: a command whose output matters only if it fails.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  "$@" > "$log" 2>&1 || { tail -n 20 "$log" >&2; echo "demo: failed: $* (all of its output: $log)" >&2; exit 1; }
}
