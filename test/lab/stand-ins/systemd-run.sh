#!/bin/sh
# A stand-in for systemd-run(1) with a timer, which really waits. What it does not know it refuses.
set -eu
unit= seconds=
while :; do
  case $1 in
    --quiet | --timer-property=AccuracySec=1s | --property=KillMode=process) ;;
    --unit=*) unit=${1#*=} ;;
    --on-active=*) seconds=${1#*=} ;;
    -*) echo "systemd-run: unrecognized option '$1'" >&2 && exit 1 ;;
    *) break ;;
  esac
  shift
done
timer=/run/systemd/running/$unit.timer
setsid sh -c 'sleep "$1" && rm -f "$2" && shift 2 && exec "$@"' timer "$seconds" "$timer" "$@" </dev/null >/dev/null 2>&1 &
echo $! >"$timer"
until kill -0 "-$!" 2>/dev/null; do sleep 0.02; done
