# Rules and tables. Arguments of each: N PROGRAM TABLE [CHAIN]; PROGRAM is iptables, ip6tables-legacy …

# Another iptables may hold the lock: exit code 4, which nft gives, too, when the rules change while it works.
patience=${patience:-8}

# How a version says that it is to wait (iptables 1.4.20 and 1.4.22; iptables-restore 1.6.2).
lock_of() {
  case $("$1" --help 2>/dev/null) in
    *'[seconds]'*) echo '-w 2' ;;
    *--wait*) echo '-w' ;;
  esac
}

restore_lock_of() {
  limited 10 "$1-restore" -w 1 --noflush --test </dev/null >/dev/null 2>&1 && echo '-w 2'
}

# tables PROGRAM WORDS …: an iptables command, tried again while the lock is held.
tables() {
  program=$1
  shift
  locked=0
  # shellcheck disable=SC2046
  until run "$program" $(lock_of "$program") "$@"; do
    [ "$code" = 4 ] || [ "$code" = 124 ] || return 1
    locked=$((locked + 1))
    [ "$locked" -lt "$patience" ] || return 1
    sleep 1
  done
}

# restore PROGRAM FILE WORDS …: likewise, all or nothing of one table.
restore() {
  program=$1 file=$2
  shift 2
  locked=0
  # shellcheck disable=SC2046
  until run "$program-restore" $(restore_lock_of "$program") "$@" <"$file"; do
    [ "$code" = 4 ] || [ "$code" = 124 ] || return 1
    locked=$((locked + 1))
    [ "$locked" -lt "$patience" ] || return 1
    sleep 1
  done
}

# A table in the words of iptables-save, without counters and comments. Nothing where there is no such table: asked for it
# by name, iptables-save would make it.
show_table() {
  saved=$(limited 20 "$2-save" 2>/dev/null) || return 2
  printf '%s\n' "$saved" | sed -n "/^\*$3\$/,/^COMMIT\$/p" |
    sed -e '/^#/d' -e '/^$/d' -e 's/^\[[0-9]*:[0-9]*\] //' -e 's/^\(:[^ ]* [^ ]*\) \[[0-9]*:[0-9]*\]$/\1/'
}

# A chain in the words of iptables -S; nothing where there is no such chain. A table that is not there yet has the kernel's
# own chains all the same, and asking for them by -S would make it.
show_rule() {
  listing=$(show_table "$@") || return 2
  [ -n "$listing" ] || case $4 in
    PREROUTING | INPUT | FORWARD | OUTPUT | POSTROUTING) listing=":$4 ACCEPT" ;;
  esac
  printf '%s\n' "$listing" | awk -v chain="$4" '
    $1 == ":" chain { print $2 == "-" ? "-N " chain : "-P " chain " " $2 }
    $1 == "-A" && $2 == chain'
}

backup_rule() {
  show_table "$1" "$2" "$3" >"$dir/$1/table"
}

# Whether nothing but the one line was changed, however the node writes it: like_rule N PROGRAM TABLE CHAIN.
like_rule() {
  show_rule "$@" | awk -v before="$dir/$1/before" -v after="$dir/$1/after" '
    BEGIN {
      while ((getline line < before) > 0) { old[line]++; lines-- }
      while ((getline line < after) > 0) { lines++ }
    }
    { seen++; if (old[$0]-- <= 0) more++ }
    END {
      for (line in old) if (old[line] > 0) less += old[line]
      exit more > 1 || less > 1 || more - less != lines
    }'
}

# What leads from one text of the chains back to another and leaves what others have changed: commands for iptables-restore
# --noflush, one rule at a time, so that nothing is lost that comes in between. Files: what it is to be again, what we made
# of it, and what it is now; of a whole table, or what -S says of a chain.
MERGE='
  function lines_of(text, list) { return text == "" ? 0 : split(substr(text, 2), list, "\n") }
  function body(line) { return substr(line, length("-A " name " ") + 1) }
  { file = FILENAME == ARGV[1] ? 1 : FILENAME == ARGV[2] ? 2 : 3 }
  /^[:-][^A]/ {
    name = /^:/ ? substr($1, 2) : $2
    declared[file, name] = /^-N/ ? "-" : /^:/ ? $2 : $3
    if (!(name in known)) { known[name] = 1; order[++chains] = name }
  }
  /^-A / { rules[file, $2] = rules[file, $2] "\n" $0 }
  END {
    for (at = 1; at <= chains; at++) {
      name = order[at]
      was = declared[1, name]; ours = declared[2, name]; is = declared[3, name]
      if (is == "" && (was == "" || ours != "")) continue
      if (is == "" || was != ours && was != "" && is == ours) head = head ":" name " " was "\n"
      left = steps(name)
      if (was == "" && ours != "" && left == 0) gone = gone "-X " name "\n"
    }
    printf "*%s\n%s%s%s%sCOMMIT\n", table, head, taken, put, gone
  }
  # Puts its steps into taken and put; how many rules it has then.
  function steps(name, old, mine, now, had, made, here, at, size, count) {
    count = lines_of(rules[1, name], old)
    for (at = 1; at <= count; at++) had[old[at]]++
    size = lines_of(rules[3, name], now)
    for (at = 1; at <= size; at++) here[now[at]]++
    count = lines_of(rules[2, name], mine)
    for (at = 1; at <= count; at++) {
      made[mine[at]]++
      if (had[mine[at]] > 0) had[mine[at]]--
      else if (here[mine[at]] > 0) { here[mine[at]]--; size--; taken = taken "-D " name " " body(mine[at]) "\n" }
    }
    count = lines_of(rules[1, name], old)
    for (at = 1; at <= count; at++) {
      if (made[old[at]] > 0) { made[old[at]]--; here[old[at]]--; continue }
      # Somebody has put it back already.
      if (here[old[at]] > 0) { here[old[at]]--; continue }
      put = put "-I " name " " (at <= size ? at : size + 1) " " body(old[at]) "\n"
      size++
    }
    return size
  }'

# merge N PROGRAM TABLE WANTED MADE: from what is there now. Nothing is run where nothing is to be done.
merge() {
  awk -v table="$3" "$MERGE" "$dir/$1/$4" "$dir/$1/$5" "$dir/$1/now" >"$dir/$1/merge" 2>/dev/null || return 1
  [ "$(wc -l <"$dir/$1/merge")" -le 2 ] || restore "$2" "$dir/$1/merge" --noflush
}

# from_to N PROGRAM TABLE MADE WANTED: rule by rule. Whole where that cannot be, and nobody else has a part in it; and
# where only the order of what was there before is another.
from_to() {
  show_table "$1" "$2" "$3" >"$dir/$1/now" 2>/dev/null
  if merge "$1" "$2" "$3" "$5" "$4"; then
    [ "$(show_table "$1" "$2" "$3")" != "$(cat "$dir/$1/$5")" ] || return 0
    [ "$5" = before ] && [ "$(show_table "$1" "$2" "$3" | sort)" = "$(sort <"$dir/$1/before")" ] || return 0
  else
    cmp -s "$dir/$1/now" "$dir/$1/$4" || return 1
  fi
  [ -s "$dir/$1/$5" ] && restore "$2" "$dir/$1/$5"
}

forth_table() {
  from_to "$@" before after
}

# In the node's own words: those of the table, unless somebody else has changed it meanwhile, whose part is not ours.
settle_table() {
  [ "$(state_text "$1")" != after ] || return 0
  show_table "$@" >"$dir/$1/actual" || return 1
  if [ "$(wc -l <"$dir/$1/actual")" = "$(wc -l <"$dir/$1/after")" ]; then
    mv -f "$dir/$1/actual" "$dir/$1/after" && sed "s/^/$mark after $1 /" "$dir/$1/after"
  else
    ! grep -vxFf "$dir/$1/actual" "$dir/$1/after" >/dev/null
  fi
}

back_table() {
  from_to "$@" after before
}

# mend_rule N PROGRAM TABLE: takes back what is left of our change beside what others have changed. The last resort is the
# whole table as it was.
mend_rule() {
  if merge "$1" "$2" "$3" before after; then
    cmp -s "$dir/$1/now" "$dir/$1/after" || result "operation $1: what others have changed meanwhile is kept"
  else
    [ -s "$dir/$1/table" ] && restore "$2" "$dir/$1/table" &&
      result "table $3 is as it was before the change; what others have changed in it since is lost"
  fi
}

# A table of nft that the change has made goes again when nothing is in it.
forget_table() {
  [ -e "$dir/$1/table" ] && [ ! -s "$dir/$1/table" ] && command -v nft >/dev/null 2>&1 || return 0
  case $("$2" -V 2>/dev/null) in *nf_tables*) ;; *) return 0 ;; esac
  case $2 in ip6*) family=ip6 ;; *) family=ip ;; esac
  show_table "$@" | grep -qvx -e '\*.*' -e ':[A-Z]* ACCEPT' -e COMMIT || nft delete table "$family" "$3" 2>/dev/null
}
