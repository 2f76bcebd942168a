/** `name=value name=value`: names that listings print where they are not made with -n, by what iptables-save prints. */
function names(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .trim()
      .split(/\s+/)
      .map((pair) => pair.split('=', 2) as [string, string]),
  );
}

/** Addresses that every system's /etc/hosts, /etc/networks or resolver names alike (hosts(5), networks(5), RFC 6761, IANA). */
export const HOSTS: Readonly<Record<4 | 6, ReadonlyMap<string, string>>> = {
  4: names(`
    localhost=127.0.0.1 localhost.localdomain=127.0.0.1 loopback=127.0.0.0 default=0.0.0.0 link-local=169.254.0.0
    base-address.mcast.net=224.0.0.0 all-systems.mcast.net=224.0.0.1 mdns.mcast.net=224.0.0.251`),
  6: names(`
    localhost=::1 localhost6=::1 localhost6.localdomain6=::1 ip6-localhost=::1 ip6-loopback=::1 ip6-localnet=fe00::
    ip6-mcastprefix=ff00:: ip6-allnodes=ff02::1 ip6-allrouters=ff02::2 ip6-allhosts=ff02::3`),
};

/** IPv6 Mobility header types (RFC 6275 §6.1). */
export const MOBILITY_NAMES = names(`
  binding-refresh-request=0 home-test-init=1 careof-test-init=2 home-test=3 careof-test=4 binding-update=5
  binding-acknowledgement=6 binding-error=7`);

/** Severities of syslog (RFC 5424 §6.2.1), as glibc names them. */
export const LOG_LEVELS = names(`
  emerg=0 panic=0 alert=1 crit=2 critical=2 err=3 error=3 warn=4 warning=4 notice=5 info=6 debug=7`);

/** Values of the old TOS field (RFC 1349), under iptables' mask for them. */
export const TOS_NAMES = names(`
  Minimize-Delay=0x10/0x3f Maximize-Throughput=0x08/0x3f Maximize-Reliability=0x04/0x3f Minimize-Cost=0x02/0x3f
  Normal-Service=0x00/0x3f`);

/** Kinds of TCP options (IANA). */
export const TCP_OPTION_NAMES = names('mss=2 wscale=3 sack-permitted=4 sack=5 timestamp=8 md5=19');

/** SCTP chunk types (IANA), by number; listings made with -n print `0x0001`. */
export const SCTP_CHUNKS: ReadonlyMap<number, string> = new Map([
  ...['DATA', 'INIT', 'INIT_ACK', 'SACK', 'HEARTBEAT', 'HEARTBEAT_ACK', 'ABORT', 'SHUTDOWN', 'SHUTDOWN_ACK'].entries(),
  ...['ERROR', 'COOKIE_ECHO', 'COOKIE_ACK', 'ECN_ECNE', 'ECN_CWR', 'SHUTDOWN_COMPLETE']
    .map((name, at) => [at + 9, name] as const)
    .values(),
  [0x40, 'I_DATA'],
  [0x80, 'ASCONF_ACK'],
  [0x82, 'RE_CONFIG'],
  [0x84, 'PAD'],
  [0xc0, 'FORWARD_TSN'],
  [0xc1, 'ASCONF'],
  [0xc2, 'I_FORWARD_TSN'],
]);

/** DCCP packet types (RFC 4340 §5.1), by number. */
export const DCCP_TYPES = 'REQUEST RESPONSE DATA ACK DATAACK CLOSEREQ CLOSE RESET SYNC SYNCACK INVALID'.split(' ');

/** Bits of `ipv6header flags:0x80`, in the order in which they are named. */
export const IPV6_HEADERS: readonly (readonly [bit: number, name: string])[] = [
  [0x80, 'hop-by-hop'],
  [0x40, 'ipv6-opts'],
  [0x20, 'ipv6-route'],
  [0x10, 'ipv6-frag'],
  [0x08, 'ah'],
  [0x04, 'esp'],
  [0x02, 'ipv6-nonxt'],
  [0x01, 'prot'],
];
