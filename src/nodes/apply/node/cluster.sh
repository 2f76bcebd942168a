# What other machines have a part in: etcd and the Kubernetes API; and agents that are restarted.

# The certificates that kubeadm and k3s keep for an etcd which speaks TLS; both APIs' names for them (etcdctl(1)).
etcd_access() {
  case $1 in https:*) ;; *) return 0 ;; esac
  for files in \
    '/etc/kubernetes/pki/etcd ca.crt server.crt server.key' \
    '/var/lib/rancher/k3s/server/tls/etcd server-ca.crt client.crt client.key'; do
    # shellcheck disable=SC2086
    set -- $files
    [ -r "$1/$4" ] || continue
    export ETCDCTL_CACERT="$1/$2" ETCDCTL_CA_FILE="$1/$2" ETCDCTL_CERT="$1/$3" ETCDCTL_CERT_FILE="$1/$3"
    export ETCDCTL_KEY="$1/$4" ETCDCTL_KEY_FILE="$1/$4"
    return 0
  done
}

# etcd API ENDPOINTS WORDS …
etcd() {
  api=$1 endpoints=$2
  shift 2
  (
    etcd_access "$endpoints"
    export ETCDCTL_API="$api"
    if [ "$api" = 2 ]; then limit=--total-timeout=8s; else limit=--command-timeout=8s; fi
    exec etcdctl --endpoints="$endpoints" "$limit" "$@"
  )
}

# show_etcd N API ENDPOINTS KEY: `present` and the value (v3: in base64, as its JSON has it), or `absent`. 2: no answer.
show_etcd() {
  if [ "$2" = 3 ]; then
    answer=$(etcd 3 "$3" get "$4" -w json 2>/dev/null) || return 2
    case $answer in
      *'"kvs":['*) echo present && printf '%s\n' "$answer" | sed -e '/"value":/!d' -e 's/.*"value":"\([^"]*\)".*/\1/' ;;
      *) echo absent ;;
    esac
  elif answer=$(etcd 2 "$3" get "$4" 2>&1 && echo .); then
    echo present && printf '%s' "${answer%.}"
  else
    # Error 100: key not found (etcd's api v2, errorcode).
    case $answer in *' 100: '*) echo absent ;; *) return 2 ;; esac
  fi
}

# put_etcd N API ENDPOINTS KEY FILE
put_etcd() {
  verb=put
  [ "$2" = 2 ] && verb=set
  if [ "$(head -n 1 "$dir/$1/$5")" = absent ]; then
    verb=del
    [ "$2" = 2 ] && verb=rm
    run etcd "$2" "$3" "$verb" "$4"
  else
    run etcd "$2" "$3" "$verb" "$4" <"$dir/$1/$5.value"
  fi
}

# The node's own way to the API, with the rights that it has there.
kubectl_here() {
  if [ -r /etc/kubernetes/admin.conf ]; then
    echo kubectl --kubeconfig=/etc/kubernetes/admin.conf
  elif command -v kubectl >/dev/null 2>&1; then
    echo kubectl
  else
    echo k3s kubectl
  fi
}

kube() {
  # shellcheck disable=SC2046
  $(kubectl_here) --request-timeout=8s "$@"
}

# show_config_map N NAMESPACE NAME ENTRY
show_config_map() {
  answer=$(kube -n "$2" get configmap "$3" -o "go-template={{index .data \"$4\"}}" 2>/dev/null && echo .) || return 2
  echo present && printf '%s' "${answer%.}"
}

# put_config_map N NAMESPACE NAME ENTRY FILE: the patch is made beforehand.
put_config_map() {
  run kube -n "$2" patch configmap "$3" --type=merge --patch "$(cat "$dir/$1/$5.patch")"
}

# An agent lives longer than this does: it gets a session of its own, none of these signals' settings, and the umask of
# services.
restart() {
  say run "$(plain "$*")"
  note "restarts: $*"
  # shellcheck disable=SC2046
  [ "$1" != kubectl ] || { shift && set -- $(kubectl_here) "$@"; }
  told=$(wc -l 2>/dev/null <"$dir/log")
  (trap - HUP PIPE && umask 022 && limited 60 setsid "$@") >>"$dir/log" 2>&1
  code=$?
  [ "$code" = 0 ] && return 0
  output=$(tail -n "+$((${told:-0} + 1))" "$dir/log" 2>/dev/null | tail -n 1)
  [ -n "$output" ] || output="exit code $code"
  note "the restart ended with exit code $code"
  return 1
}
