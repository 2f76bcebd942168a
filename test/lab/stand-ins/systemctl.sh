#!/bin/sh
# A stand-in for systemctl(1). A service is a process of a session of its own, started as its unit said when systemd last
# read it; timers are those of the stand-in for systemd-run. `boot` starts what is enabled. What it does not know it refuses.
set -eu
units=/etc/systemd/system loaded=/run/systemd/loaded running=/run/systemd/running

fail() {
  echo "systemctl: $*" >&2
  exit 1
}

# line UNIT NAME: what its settings of a name say.
line() {
  sed -e ':again' -e '/\\$/{N;s/\\\n//;b again' -e '}' "$loaded/$1" | sed -n "s/^$2=-*//p"
}

# Whether its processes are there; each unit's group has the number of its first.
is_active() {
  [ -e "$running/$1" ] && kill -0 "-$(cat "$running/$1")" 2>/dev/null
}

stop() {
  [ -e "$running/$1" ] || return 0
  group=$(cat "$running/$1")
  rm -f "$running/$1"
  kill -TERM "-$group" 2>/dev/null || :
  while kill -0 "-$group" 2>/dev/null; do sleep 0.05; done
}

start() {
  [ -e "$loaded/$1" ] || cp "$units/$1" "$loaded/$1" 2>/dev/null || fail "Unit $1 not found."
  (
    for file in $(line "$1" EnvironmentFile); do . "$file"; done
    eval "set -- $(line "$1" ExecStart)"
    exec setsid "$@"
  ) >>"/var/log/$1.log" 2>&1 </dev/null &
  if [ "$(line "$1" Type)" = oneshot ]; then
    wait $!
  else
    echo $! >"$running/$1"
    # Until it has its own session, or has ended already.
    until kill -0 "-$!" 2>/dev/null || ! kill -0 "$!" 2>/dev/null; do sleep 0.02; done
  fi
}

verb=
for word; do
  case $word in
    --quiet) continue ;;
    -*) fail "unrecognized option '$word'" ;;
  esac
  if [ -z "$verb" ]; then
    verb=$word
    continue
  fi
  case $word in *.service | *.timer) unit=$word ;; *) unit=$word.service ;; esac
  case $verb in
    is-active) is_active "$unit" || exit 3 ;;
    start) is_active "$unit" || start "$unit" ;;
    stop) stop "$unit" ;;
    restart) stop "$unit" && start "$unit" ;;
    enable)
      [ -e "$units/$unit" ] || fail "Unit file $unit does not exist."
      mkdir -p "$units/multi-user.target.wants"
      ln -sf "$units/$unit" "$units/multi-user.target.wants/$unit"
      ;;
    disable)
      rm -f "$units/multi-user.target.wants/$unit"
      rmdir "$units/multi-user.target.wants" 2>/dev/null || :
      ;;
    *) fail "Unknown command verb $verb." ;;
  esac
done
case $verb in
  daemon-reload) rm -f "$loaded"/* ;;
  boot) for unit in "$units"/multi-user.target.wants/*; do [ ! -e "$unit" ] || start "${unit##*/}"; done ;;
esac
