#!/bin/sh
# A stand-in for kubectl(1): ConfigMaps are files, and a DaemonSet is a command that is started on this node alone, with
# files and a process of its own. What it does not know it refuses.
set -eu
store=/var/lib/kubernetes-api namespace=default output= ignore= patch= words= config=
while [ $# -gt 0 ]; do
  case $1 in
    -n) namespace=$2 && shift ;;
    -o) output=$2 && shift ;;
    --patch) patch=$2 && shift ;;
    --kubeconfig=*) config=${1#*=} ;;
    --ignore-not-found) ignore=yes ;;
    --all-namespaces | --request-timeout=* | --timeout=* | --type=merge) ;;
    -*) echo "error: unknown flag: $1" >&2 && exit 1 ;;
    *) words="$words $1" ;;
  esac
  shift
done
if [ "$config" != /etc/kubernetes/admin.conf ]; then
  echo 'The connection to the server localhost:8080 was refused - did you specify the right host or port?' >&2
  exit 1
fi
# shellcheck disable=SC2086
set -- $words
map=$store/configmaps/$namespace/${3:-}
set=$store/daemonsets/$namespace/${3:-}

not_found() {
  [ -z "$ignore" ] || exit 0
  echo "Error from server (NotFound): $1 not found" >&2
  exit 1
}

case "$1 $2" in
  'get configmap')
    case $output in
      'jsonpath={.data.'*'}') entry=$(printf %s "$output" | sed -e 's/^jsonpath={\.data\.//' -e 's/}$//' -e 's/\\\././g') ;;
      'go-template={{index .data "'*'"}}') entry=$(printf %s "$output" | cut -d '"' -f 2) ;;
      *) echo "error: unable to match a printer for $output" >&2 && exit 1 ;;
    esac
    [ -e "$map/$entry" ] || not_found "configmaps \"$3\""
    cat "$map/$entry"
    ;;
  'patch configmap')
    [ -d "$map" ] || not_found "configmaps \"$3\""
    printf %s "$patch" | perl -MJSON::PP -0777 -ne '
      BEGIN { $map = pop }
      my $data = decode_json($_)->{data};
      for my $entry (keys %$data) {
        open my $file, ">:utf8", "$map/$entry" or die;
        print $file $data->{$entry};
      }' "$map"
    echo "configmap/$3 patched"
    ;;
  'rollout restart' | 'rollout status')
    set=$store/daemonsets/$namespace/${3#daemonset/}
    [ -e "$set/start" ] || not_found "daemonsets.apps \"${3#daemonset/}\""
    if [ "$2" = restart ]; then
      wanted=$(($(cat "$set/wanted") + 1))
      echo "$wanted" >"$set/wanted"
      # As a kubelet does, after some time.
      setsid sh -c 'sleep 1; exec "$1/start" "$2"' kubelet "$set" "$wanted" >/dev/null 2>&1 </dev/null &
      echo "$3 restarted"
    else
      tries=0
      until [ "$(cat "$set/observed")" = "$(cat "$set/wanted")" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 50 ] || { echo 'error: timed out waiting for the condition' >&2 && exit 1; }
        sleep 0.1
      done
      echo "daemon set \"${3#daemonset/}\" successfully rolled out"
    fi
    ;;
  'get '*) echo 'The connection to the server 127.0.0.1:6443 was refused' >&2 && exit 1 ;;
  *) echo "error: unknown command \"$1 $2\"" >&2 && exit 1 ;;
esac
