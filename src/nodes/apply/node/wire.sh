# Makes a connection, sends nothing, and closes it, by whichever is there: bash, where it has /dev/tcp, python3, nc or curl.
# What is printed says by what it was tried, and what came of it. Arguments: ADDRESS PORT.
LC_ALL=C
export LC_ALL
address=$1 port=$2
tell() {
  case $2 in
    0) echo "$1 connects" ;;
    *) case ${3:-} in *refused*) echo "$1 refused" ;; *) echo "$1 fails" ;; esac ;;
  esac
  exit 0
}
has() { command -v "$1" >/dev/null 2>&1; }
if has bash && has timeout; then
  said=$(timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$address" "$port" 2>&1)
  code=$?
  case $said in *'No such file'*) ;; *) tell bash "$code" "$said" ;; esac
fi
if has python3; then
  said=$(python3 -c 'import socket, sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)' "$address" "$port" 2>&1)
  tell python3 $? "$said"
fi
if has nc; then
  said=$(nc -v -z -w 5 "$address" "$port" 2>&1 </dev/null)
  code=$?
  case $said in *'invalid option'* | *[Uu]sage:*) ;; *) tell nc "$code" "$said" ;; esac
fi
if has curl; then
  case $address in *:*) address="[$address]" ;; esac
  # It waits for the other end to close; whether it was connected is in the time that it took.
  said=$(curl -s -m 5 -o /dev/null -w '%{time_connect}' "telnet://$address:$port" 2>/dev/null </dev/null)
  case $said in *[1-9]*) tell curl 0 ;; *) tell curl 1 ;; esac
fi
echo 'nothing untried'
