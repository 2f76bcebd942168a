# What all of it stands on. POSIX sh, as dash and BusyBox have it. Set before: id, dir, count, seconds, persistent.
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin
export LC_ALL PATH
umask 077
# Who started this may be gone, and with it the reader of its output.
trap '' HUP PIPE
cd /
exec </dev/null
home=/var/lib/hoplens
journal=$home/journal
open=/run/hoplens/open
mark=

# Tells the client, on a line that begins with its mark; what else the login prints does not. Never fails: the client may
# be gone.
say() {
  printf '%s %s\n' "$mark" "$*" 2>/dev/null || :
}

# As one line, without what a terminal would take for a command.
plain() {
  printf '%s' "$*" | tr '\n' ' ' | tr -d '\000-\037\177'
}

# Tells, and keeps it for the journal. A full disk keeps nothing from being done.
note() {
  printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(plain "$*")" 2>/dev/null >>"$dir/log"
  say note "$(plain "$*")"
}

# What the user is to know of the result.
result() {
  printf '%s\n' "$(plain "$*")" 2>/dev/null >>"$dir/notes"
  note "$*"
}

# Seconds since the machine was started: no change of its clock moves it (proc(5)).
uptime() {
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}

# limited SECONDS COMMAND …: ends what hangs.
if timeout -k 1 1 true 2>/dev/null; then
  limited() { timeout -k 2 "$@"; }
else
  limited() { shift && "$@"; }
fi

# Runs a command and tells of it; its output is in $output.
run() {
  say run "$(plain "$*")"
  case $(command -v "$1") in
    /*) output=$(limited 30 "$@" 2>&1) ;;
    *) output=$("$@" 2>&1) ;;
  esac
  code=$?
  if [ "$code" = 0 ]; then note "ran: $*"; else note "ran: $* (exit code $code: $output)"; fi
  return "$code"
}

# Facts are symbolic links, which are made at once or not at all, and need no room on the disk: fact NAME [VALUE].
fact() {
  ln -sn "${2:-$(uptime)}" "$dir/$1" 2>/dev/null
}

has() {
  [ -L "$dir/$1" ]
}

value() {
  readlink "$dir/$1" 2>/dev/null
}

# Whether a process is there that runs this very program: alive PID.
alive() {
  [ -n "$1" ] && tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" | grep -qF -- "$dir/change"
}

# Ends all processes of a session, and waits until they are gone; a command in the middle of its work is one of them.
end_session() {
  while :; do
    left=
    for stat in /proc/[0-9]*/stat; do
      record=
      { read -r record <"$stat"; } 2>/dev/null
      # After the name, which may hold anything: state, parent, group, session (proc(5)).
      rest=${record##*) }
      # shellcheck disable=SC2086
      set -- "$1" $rest
      [ "${5:-}" = "$1" ] && [ "$2" != Z ] && [ "$2" != X ] || continue
      process=${stat#/proc/}
      left="$left ${process%/stat}"
    done
    [ -z "$left" ] && return 0
    # shellcheck disable=SC2086
    kill -KILL $left 2>/dev/null
    sleep 0.1 2>/dev/null || sleep 1
  done
}
