# What the client may ask for. `operation VERB N` is of the change at hand; its kinds are in the other parts.

# How what an operation touches is now: before, after, other; unreadable.
state() {
  operation state "$1"
}

# Of those that are read as a text.
state_text() {
  now=$(operation show "$1" && echo .) || { echo unreadable && return; }
  if printf '%s' "${now%.}" | cmp -s - "$dir/$1/before"; then
    echo before
  elif printf '%s' "${now%.}" | cmp -s - "$dir/$1/after"; then
    echo after
  else
    echo other
  fi
}

# Tells how all of it is, and what is there instead of what should be. Changes nothing.
check() {
  systemd_runs && say guard systemd || say guard process
  systemd_runs || [ -z "$persistent" ] || say no-boot-guard
  command -v setsid >/dev/null 2>&1 || say unable 'it has no setsid (of util-linux or BusyBox)'
  other=$(readlink "$open") && [ "$other" != "$id" ] && still_open "$other" && say open "$other"
  n=0
  while [ "$n" -lt "$count" ]; do
    n=$((n + 1))
    is=$(state "$n")
    say state "$n" "$is"
    [ "$is" = before ] || [ "$is" = stateless ] || operation show "$n" | sed "s/^/$mark found $n /"
  done
  say checked
}

still_open() {
  [ -d "/run/hoplens/$1" ] || [ -d "$home/$1" ]
}

# Where the result of a change is kept that the journal could not take, until the next one.
kept=/run/hoplens/result-$id

# Arms the switch, and tells by what and for how long.
arm() {
  mkdir -p "${open%/*}" "$home" || return 1
  rm -f /run/hoplens/result-*
  other=$(readlink "$open") && ! still_open "$other" && rm -f "$open"
  if ! ln -sn "$id" "$open" 2>/dev/null; then
    say failed "another change is open on it: $(readlink "$open")"
    rm -rf "$dir"
    return 1
  fi
  cat "$dir/begin" >>"$journal" || { say failed "its journal $journal cannot be written" && cancel && return 1; }
  fact deadline $(($(uptime) + seconds)) || { say failed 'its disk is full' && cancel && return 1; }
  if systemd_runs && arm_systemd; then
    by=systemd
  elif arm_process; then
    by=process
  else
    say failed 'its switch could not be armed' && cancel && return 1
  fi
  if [ -n "$persistent" ] && { ! systemd_runs || ! arm_boot; }; then say no-boot-guard; fi
  say armed "$by" "$(left)"
}

# Nothing was changed yet.
cancel() {
  end cancelled
}

left() {
  seconds_left=$(($(value deadline) - $(uptime)))
  [ "$seconds_left" -gt 0 ] || seconds_left=0
  echo "$seconds_left"
}

# Carries out all operations, in a session of its own. What fails is taken back at once.
apply() {
  has decision && { status && return 1; }
  armed >/dev/null || { say failed 'its switch is not armed any more' && return 1; }
  fact applier $$ || { status && return 1; }
  n=0
  while [ "$n" -lt "$count" ]; do
    n=$((n + 1))
    operation backup "$n" 2>/dev/null || { undo "operation $n: what is there cannot be kept; see its disk" && return 1; }
  done
  n=0
  while [ "$n" -lt "$count" ]; do
    n=$((n + 1))
    has decision && exit 1
    is=$(state "$n")
    [ "$is" = before ] || [ "$is" = stateless ] ||
      { undo "operation $n: somebody has changed what it is about meanwhile" && return 1; }
    say begin "$n"
    fact "$n/begun"
    operation forth "$n" || { undo "operation $n failed: ${output:-its command could not be run}" && return 1; }
    operation settle "$n" 2>/dev/null || { undo "operation $n: it is not afterwards as it should be" && return 1; }
    fact "$n/settled" || { undo 'its disk is full' && return 1; }
    say done "$n"
  done
  fact applied || { undo 'its disk is full' && return 1; }
  say applied "$(left)"
}

# Of those that are read as a text: what the node has made of it, in its own words.
settle_text() {
  [ "$(state "$1")" = after ] && return 0
  operation like "$1" && operation show "$1" >"$dir/$1/actual" && mv -f "$dir/$1/actual" "$dir/$1/after" || return 1
  sed "s/^/$mark after $1 /" "$dir/$1/after"
}

undo() {
  say failed "$(plain "$1")"
  output=
  take_back "$1"
}

# It stays. May be asked for again.
confirm() {
  case $(value decision) in
    '')
      has applied || { say failed 'not all of it is changed' && return 1; }
      [ "$(left)" -gt 0 ] || { say failed 'its time is over' && return 1; }
      fact decision confirm || [ "$(value decision)" = confirm ] || { status && return 1; }
      ;;
    confirm) ;;
    *) status && return 1 ;;
  esac
  end confirmed
}

revert() {
  take_back 'by request'
}

# What the switch does.
expire() {
  if [ "$(value decision)" = confirm ]; then end confirmed; else take_back 'nobody has confirmed it in time'; fi
}

boot() {
  if [ "$(value decision)" = confirm ]; then end confirmed; else take_back 'the node was restarted before it was confirmed'; fi
}

# Takes all of it back, last first, and restarts the agents then. One process does it; others wait until it has.
take_back() {
  # Who decides says why.
  if fact decision revert; then printf '%s' "$(plain "$1")" 2>/dev/null >"$dir/why"; fi
  [ "$(value decision)" = revert ] || { status && return 1; }
  until fact worker $$; do
    [ -d "$dir" ] || { status && return 0; }
    if alive "$(value worker)"; then sleep 1; else rm -f "$dir/worker"; fi
  done
  applier=$(value applier)
  [ "$applier" = $$ ] || ! alive "$applier" || end_session "$applier"
  say reverting
  patience=60
  outcome=reverted
  n=$count
  while [ "$n" -gt 0 ]; do
    if has "$n/begun"; then take_back_one "$n"; fi
    operation clean "$n"
    operation drop "$n"
    n=$((n - 1))
  done
  while [ "$n" -lt "$count" ]; do
    n=$((n + 1))
    has "$n/begun" || continue
    operation again "$n" || { outcome='revert failed' && result "operation $n: the agent could not be restarted"; }
  done
  end "$outcome"
}

take_back_one() {
  tries=0
  while is=$(state "$1") && [ "$is" = unreadable ] && [ "$tries" -lt 20 ]; do
    tries=$((tries + 1))
    sleep 1
  done
  case $is in
    before | stateless) return 0 ;;
    after)
      tries=0
      until operation back "$1" && [ "$(state "$1")" = before ]; do
        tries=$((tries + 1))
        if [ "$tries" -ge 3 ]; then
          mend_one "$1" && return 0
          break
        fi
        sleep 1
      done
      ;;
    *)
      if ! has "$1/settled" && operation unsettled "$1" && [ "$(state "$1")" = before ]; then return 0; fi
      mend_one "$1" && return 0
      ;;
  esac
  [ "$(state "$1")" = before ] && return 0
  outcome='revert failed'
  result "operation $1 could not be taken back: ${output:-it is not as it was left}"
}

# Somebody else has changed the same, or what takes it back does not.
mend_one() {
  operation show "$1" 2>/dev/null >"$dir/$1/now"
  operation mend "$1"
}

# The end: the journal has the result, and nothing else is left. On a full disk what is kept here makes room for it.
end() {
  said=$(json "$(cat "$dir/why" 2>/dev/null)") notes=$(json "$(tr '\n' ' ' 2>/dev/null <"$dir/notes")")
  log=$(json "$(cat "$dir/log" 2>/dev/null)")
  ending="{\"id\":\"$id\",\"at\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\",\"result\":\"$1\",\"why\":\"$said\",\"notes\":\"$notes\",\"log\":\"$log\"}"
  disarm
  n=0
  while [ "$n" -lt "$count" ]; do
    n=$((n + 1))
    operation drop "$n"
    rm -rf "${dir:?}/$n"
  done
  rm -f "$dir/begin" "$dir/log"
  printf '%s\n' "$ending" 2>/dev/null >>"$journal" || ln -sn "$1" "$kept" 2>/dev/null
  [ "$(readlink "$open")" = "$id" ] && rm -f "$open"
  rm -rf "$dir"
  rmdir "${open%/*}" 2>/dev/null
  say result "$1" "$(plain "$said")"
  say notes "$(plain "$notes")"
}

# A text as JSON has it between quotes.
json() {
  printf '%s' "$1" | tr '\n\t' '  ' | tr -d '\000-\037' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'
}

# Where it is.
status() {
  if [ ! -d "$dir" ]; then
    say result "$(readlink "$kept" || sed -n "s/^{\"id\":\"$id\",.*\"result\":\"\([a-z ]*\)\".*/\1/p" "$journal" 2>/dev/null | tail -n 1)"
    return 0
  fi
  by=$(armed) && say armed "$by" "$(left)"
  case $(value decision) in
    revert) say reverting ;;
    confirm) say confirming ;;
    *) if has applied; then say applied "$(left)"; elif has applier; then say changing; else say unchanged; fi ;;
  esac
  return 0
}
