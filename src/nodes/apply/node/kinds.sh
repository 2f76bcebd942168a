# What each kind of operation does when it is asked for: KIND VERB N ARGUMENTS.
#   state    before, after, other, unreadable or stateless
#   show     what is there, as text
#   backup   keeps what is there
#   forth    the change
#   settle   whether it is afterwards as it should be
#   back     the inverse of forth
#   unsettled  takes back what was changed and not looked at any more, so that nobody knows how the node writes it
#   mend     takes back what is left of it after somebody else's change; 1: that is left as it is
#   clean    removes what the change has made along with it
#   drop     removes what backup has kept elsewhere
#   again    for what has to be done again when the others are taken back

left_alone() {
  output='somebody has changed it meanwhile; that is left as it is'
  return 1
}

# rule VERB N PROGRAM TABLE CHAIN
rule() {
  verb=$1
  shift
  case $verb in
    state) state_text "$1" ;;
    show) show_rule "$@" ;;
    backup) backup_rule "$@" ;;
    forth) "does_$1" ;;
    settle) settle_text "$1" ;;
    like) like_rule "$@" ;;
    back) "undoes_$1" ;;
    unsettled) like_rule "$@" && "undoes_$1" ;;
    mend) mend_rule "$@" ;;
    clean) forget_table "$@" ;;
  esac
}

# table VERB N PROGRAM TABLE
table() {
  verb=$1
  shift
  case $verb in
    state) state_text "$1" ;;
    show) show_table "$@" ;;
    backup) backup_rule "$@" ;;
    forth) forth_table "$@" ;;
    settle) settle_table "$@" ;;
    back) back_table "$@" ;;
    unsettled) [ -s "$dir/$1/table" ] && restore "$2" "$dir/$1/table" ;;
    mend) mend_rule "$@" ;;
    clean) forget_table "$@" ;;
  esac
}

# routing VERB N KIND FAMILY TABLE
routing() {
  verb=$1
  shift
  case $verb in
    state) state_routing "$@" ;;
    show) show_routing "$@" ;;
    backup) backup_routing "$@" ;;
    forth) "does_$1" ;;
    settle) settle_routing "$@" ;;
    back) "undoes_$1" ;;
    unsettled) return 1 ;;
    mend) "undoes_$1" && [ "$(state_routing "$@")" = before ] || left_alone ;;
  esac
}

# sysctl VERB N KEY; file VERB N PATH
of_value() {
  what=$1 verb=$2
  shift 2
  case $verb in
    state) state_text "$1" ;;
    settle) [ "$(state_text "$1")" = after ] ;;
    unsettled) return 1 ;;
    mend) left_alone ;;
    drop) [ "$what" != file ] || drop_file "$@" ;;
    clean | again) ;;
    *) "${verb}_$what" "$@" ;;
  esac
}

# etcd_key VERB N API ENDPOINTS KEY; config_map VERB N NAMESPACE NAME ENTRY
of_cluster() {
  what=$1 verb=$2
  shift 2
  case $verb in
    state) state_text "$1" ;;
    show) "show_$what" "$@" ;;
    forth) "put_$what" "$@" after ;;
    settle) [ "$(state_text "$1")" = after ] ;;
    back) "put_$what" "$@" before ;;
    unsettled) return 1 ;;
    mend) left_alone ;;
  esac
}

# agent VERB N
agent() {
  case $1 in
    state) echo stateless ;;
    forth | again) "does_$2" ;;
  esac
}
