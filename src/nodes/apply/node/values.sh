# Routes, policy rules, sysctls and files.

# What ip lists, one blank between words, several next hops on the line of their route: show_routing N KIND FAMILY TABLE.
show_routing() {
  if [ "$2" = route ]; then limited 20 ip -o "-$3" route show table "$4"; else limited 20 ip "-$3" rule; fi 2>/dev/null |
    sed -e 's/[\\[:space:]][\\[:space:]]*/ /g' -e 's/ $//'
}

# Whether all lines of a file are listed: listed N KIND FAMILY TABLE, the file's name in $lines.
listed() {
  show_routing "$@" | awk -v wanted="$dir/$1/$lines" '
    { seen[$0] = 1 }
    END { while ((getline line < wanted) > 0) if (!(line in seen)) exit 1 }'
}

any_listed() {
  show_routing "$@" | grep -qxFf "$dir/$1/$lines"
}

# Some of what it adds may be there already, if that is also what it removes.
state_routing() {
  lines=before
  if listed "$@"; then
    lines=adds
    if [ ! -s "$dir/$1/adds" ] || ! any_listed "$@"; then echo before && return; fi
  fi
  lines=after
  if listed "$@"; then
    lines=removes
    if [ ! -s "$dir/$1/removes" ] || ! any_listed "$@"; then echo after && return; fi
  fi
  echo other
}

backup_routing() {
  show_routing "$@" >"$dir/$1/list"
}

# What ip has made of it, in its own words.
settle_routing() {
  [ "$(state_routing "$@")" = after ] && return 0
  show_routing "$@" | grep -vxFf "$dir/$1/list" >"$dir/$1/after"
  lines=removes
  { [ ! -s "$dir/$1/removes" ] || ! any_listed "$@"; } && [ -s "$dir/$1/after" ] || return 1
  cat "$dir/$1/after" >"$dir/$1/adds" || return 1
  sed "s/^/$mark after $1 /" "$dir/$1/after"
}

# The file that the kernel has for a key, which is written as sysctl prints it: a slash stands for a dot in a name.
sysctl_file() {
  echo "/proc/sys/$(printf %s "$1" | tr './' '/.')"
}

show_sysctl() {
  limited 10 cat "$(sysctl_file "$2")" 2>/dev/null | tr '\t' ' '
}

# Keys that move others: the kernel sets the interfaces' values along with those for all of them (inet_forward_change in
# net/ipv4/devinet.c, addrconf_fixup_forwarding in net/ipv6/addrconf.c).
others_of() {
  case $1 in
    net.ipv4.ip_forward | net.ipv4.conf.all.*) grep -s '' /proc/sys/net/ipv4/conf/*/* ;;
    net.ipv6.conf.all.*) grep -s '' /proc/sys/net/ipv6/conf/*/* | grep -v '/stable_secret:' ;;
    *) echo none ;;
  esac
}

backup_sysctl() {
  others_of "$2" >"$dir/$1/others"
}

write_sysctl() {
  say run "$(plain "sysctl -w $1=$2")"
  note "sysctl -w $1=$2"
  printf '%s\n' "$2" 2>/dev/null >"$(sysctl_file "$1")"
}

forth_sysctl() {
  write_sysctl "$2" "$(cat "$dir/$1/after")" && others_of "$2" 2>/dev/null >"$dir/$1/changed"
}

# Then those that the change has moved along, and that nobody has moved since.
back_sysctl() {
  moved=$(cat "$dir/$1/changed" 2>/dev/null)
  [ -n "$moved" ] || moved=$(others_of "$2")
  write_sysctl "$2" "$(cat "$dir/$1/before")" || return 1
  printf '%s\n' "$moved" | awk -F: 'NR == FNR { was[$1] = $0; next } ($1 in was) && was[$1] != $0 { print was[$1] }' \
    "$dir/$1/others" - | while IFS= read -r line; do
    printf '%s\n' "${line#*:}" 2>/dev/null >"${line%%:*}"
  done
}

# Where a file really lies; a link to it stays a link.
real() {
  value "$1/real" || readlink -f "$2" || printf '%s\n' "$2"
}

# Beside the file, where nobody takes it for one of several: kept NAME SUFFIX.
beside() {
  printf '%s/.%s.hoplens-%s%s' "${1%/*}" "${1##*/}" "$id" "$2"
}

# How it is, with a word before it, since an empty file is not the same as none.
show_file() {
  path=$(real "$1" "$2")
  if [ -e "$path" ]; then echo present && limited 20 cat "$path"; else echo absent; fi 2>/dev/null
}

# The file itself gets a second name, so that it comes back by being renamed: with all it has, and on a full disk, too.
backup_file() {
  path=$(real "$1" "$2")
  fact "$1/real" "$path" && [ -d "${path%/*}" ] || return 1
  [ -e "$path" ] || return 0
  [ -f "$path" ] || return 1
  ln "$path" "$(beside "$path")" 2>/dev/null || cp -a "$path" "$(beside "$path")"
}

# write_file PATH DATA: whole or not at all.
write_file() {
  new=$(beside "$1" .new)
  if [ -e "$1" ]; then cp -a "$1" "$new"; else (umask 022 && : >"$new"); fi &&
    sed 1d "$2" >"$new" && sync "$new" && mv -f "$new" "$1" && return 0
  rm -f "$new"
  return 1
}

forth_file() {
  path=$(real "$1" "$2")
  say run "$(plain "write $path")"
  note "writes $path"
  if [ "$(head -n 1 "$dir/$1/after")" = absent ]; then rm -f "$path"; else write_file "$path" "$dir/$1/after"; fi 2>/dev/null
}

back_file() {
  path=$(real "$1" "$2")
  say run "$(plain "put back $path")"
  note "puts back $path"
  if [ "$(head -n 1 "$dir/$1/before")" = absent ]; then
    rm -f "$path"
  else
    mv -f "$(beside "$path")" "$path" || write_file "$path" "$dir/$1/before"
  fi 2>/dev/null
}

drop_file() {
  path=$(real "$1" "$2")
  rm -f "$(beside "$path")" "$(beside "$path" .new)"
}
