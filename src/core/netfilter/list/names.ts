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

/** Type, or type and code (extensions/libxt_icmp.h). */
export const ICMP_NAMES = names(`
  any=any echo-reply=0 pong=0 destination-unreachable=3 network-unreachable=3/0 host-unreachable=3/1
  protocol-unreachable=3/2 port-unreachable=3/3 fragmentation-needed=3/4 source-route-failed=3/5 network-unknown=3/6
  host-unknown=3/7 network-prohibited=3/9 host-prohibited=3/10 TOS-network-unreachable=3/11 TOS-host-unreachable=3/12
  communication-prohibited=3/13 host-precedence-violation=3/14 precedence-cutoff=3/15 source-quench=4 redirect=5
  network-redirect=5/0 host-redirect=5/1 TOS-network-redirect=5/2 TOS-host-redirect=5/3 echo-request=8 ping=8
  router-advertisement=9 router-solicitation=10 time-exceeded=11 ttl-exceeded=11 ttl-zero-during-transit=11/0
  ttl-zero-during-reassembly=11/1 parameter-problem=12 ip-header-bad=12/0 required-option-missing=12/1
  timestamp-request=13 timestamp-reply=14 info-request=15 info-reply=16 address-mask-request=17 address-mask-reply=18`);

export const ICMPV6_NAMES = names(`
  destination-unreachable=1 no-route=1/0 communication-prohibited=1/1 beyond-scope=1/2 address-unreachable=1/3
  port-unreachable=1/4 failed-policy=1/5 reject-route=1/6 packet-too-big=2 time-exceeded=3 ttl-exceeded=3
  ttl-zero-during-transit=3/0 ttl-zero-during-reassembly=3/1 parameter-problem=4 bad-header=4/0
  unknown-header-type=4/1 unknown-option=4/2 echo-request=128 ping=128 echo-reply=129 pong=129 mld-listener-query=130
  mld-listener-report=131 mld-listener-done=132 mld-listener-reduction=132 router-solicitation=133
  router-advertisement=134 neighbour-solicitation=135 neighbor-solicitation=135 neighbour-advertisement=136
  neighbor-advertisement=136 redirect=137`);

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
