import { testCases } from './lab/cases';
import { address6, BRIDGE, NODE, PODS } from './networks/one-node';

/** An address that both pods on cables of their own have: which of them gets a packet is a matter of routing. */
const SHARED = '203.0.113.5';
const both = {
  pods: ['client', 'routed1', 'routed2'],
  inPod: { routed1: `ip addr add ${SHARED}/32 dev lo`, routed2: `ip addr add ${SHARED}/32 dev lo` },
} as const;
const ways = `ip route add ${SHARED} dev veth-routed1
ip route add ${SHARED} dev veth-routed2 table 100
`;
/** Requests take the way to routed2; the way back to the replies' source is that to routed1. */
const onlyThere = `${ways}ip rule add fwmark 0x5 lookup 100
mangle PREROUTING -i cni0 -j MARK --set-mark 0x5
`;
const to = `${SHARED}:80`;
/** A pod that sends from another address than the node knows it by. */
const sending = (address: string): string =>
  `ip addr add ${address}/32 dev eth0\nip route replace default via ${BRIDGE} src ${address}\nip route add ${BRIDGE} dev eth0 src ${address}`;

/** The reverse path of the server's data, by its mark, is that to routed2. */
const onlyData = `${ways}mangle PREROUTING -i veth-routed1 -p tcp --tcp-flags PSH PSH -j MARK --set-mark 0x5
`;
/** The sender's other address, to which two interfaces lead; that of the sender comes behind. */
const twoAlike = `ip -6 route add fd77::5 dev veth-routed1 metric 50
ip -6 route append fd77::5 dev cni0 metric 50`;
const sending6 = `ip -6 addr add fd77::5/128 dev eth0 nodad
ip -6 route replace default via ${address6(BRIDGE)} src fd77::5
ip -6 route add ${address6(BRIDGE)} dev eth0 src fd77::5`;

testCases('routing', [
  {
    ...both,
    title: 'a mark of mangle OUTPUT takes another table; filter OUTPUT still sees the old interface',
    node: `${ways}ip rule add fwmark 0x5 lookup 100
mangle OUTPUT -d ${SHARED} -j MARK --set-mark 0x5
filter OUTPUT -o veth-routed1
filter OUTPUT -o veth-routed2 -j DROP
mangle POSTROUTING -o veth-routed2`,
    from: 'node',
    to,
    verdict: 'connected',
  },
  {
    ...both,
    title: 'a mark of mangle PREROUTING takes another table for what is forwarded',
    node: `${ways}ip rule add fwmark 0x5/0xf lookup 100
mangle PREROUTING -i cni0 -d ${SHARED} -j MARK --set-mark 0x25`,
    from: 'node/default/client',
    to,
    verdict: 'connected',
  },
  {
    ...both,
    title: 'rules by source, incoming interface, destination, protocol and port',
    node: `${ways}ip rule add from 10.9.0.0/24 to ${SHARED} iif cni0 ipproto tcp dport 80 lookup 100`,
    from: 'node/default/client',
    to,
    verdict: 'connected',
  },
  {
    ...both,
    title: 'a rule for another port does not apply',
    node: `${ways}ip rule add from 10.9.0.0/24 ipproto tcp dport 81-90 lookup 100`,
    from: 'node/default/client',
    to,
    verdict: 'connected',
  },
  {
    ...both,
    title: 'not from, throw, and suppress_prefixlength',
    node: `${ways}ip route add throw ${SHARED} table 200
ip rule add priority 100 lookup 200
ip rule add priority 101 not from 10.99.0.0/16 lookup main suppress_prefixlength 32
ip rule add priority 102 lookup 100`,
    from: 'node/default/client',
    to,
    verdict: 'connected',
  },
  {
    title: 'after DNAT in OUTPUT, rules by protocol and port are asked for the new destination',
    pods: ['routed1', 'routed2'],
    node: `nat OUTPUT -d 10.0.0.9 -p tcp -j DNAT --to-destination ${PODS.routed1}:80
ip route add ${PODS.routed1} dev veth-routed2 table 200
ip rule add priority 1000 ipproto tcp dport 80 to ${PODS.routed1} lookup 200`,
    from: 'node',
    to: '10.0.0.9:81',
    verdict: 'dropped',
  },
  {
    title: 'the same over IPv6',
    ipv6: true,
    pods: ['routed1', 'routed2'],
    node: `IPTABLES=ip6tables
nat OUTPUT -d fd10::9 -p tcp -j DNAT --to-destination [${address6(PODS.routed1)}]:80
ip -6 route add fd10::9 dev veth-routed2
ip -6 route add local ${address6(PODS.routed1)} dev lo table 200
ip -6 rule add priority 1000 ipproto tcp dport 80 to ${address6(PODS.routed1)} lookup 200`,
    from: 'node',
    to: '[fd10::9]:81',
    verdict: 'rejected',
  },
  {
    ...both,
    title: 'goto',
    node: `${ways}ip rule add priority 300 lookup 100
ip rule add priority 100 from 10.9.0.2 goto 300
ip rule add priority 200 to ${SHARED} unreachable`,
    from: 'node/default/client',
    to,
    verdict: 'connected',
  },
  {
    ...both,
    title: 'the source of a local sender comes from the route',
    node: `ip route add ${SHARED} dev veth-routed1 src ${BRIDGE}`,
    from: 'node',
    to,
    verdict: 'connected',
    source: BRIDGE,
  },
  {
    ...both,
    title: 'the lower metric wins',
    node: `ip route add ${SHARED} dev veth-routed1 metric 200
ip route add ${SHARED} dev veth-routed2 metric 100`,
    from: 'node',
    to,
    verdict: 'connected',
  },
  {
    ...both,
    title: 'the longer prefix wins, whatever its metric',
    node: `ip route add 203.0.113.0/24 dev veth-routed1
ip route add 203.0.113.0/28 dev veth-routed2 metric 900`,
    from: 'node',
    to,
    verdict: 'connected',
  },
  {
    ...both,
    title: 'two next hops: one of them',
    node: `ip route add ${SHARED} nexthop dev veth-routed1 weight 1 nexthop dev veth-routed2 weight 2`,
    from: 'node/default/client',
    to,
    verdict: 'connected',
    times: 3,
  },
  ...(
    [
      ['unreachable', 'EHOSTUNREACH'],
      ['prohibit', 'EACCES'],
      ['blackhole', 'EINVAL'],
    ] as const
  ).map(
    ([type, error]) =>
      ({
        title: `a local sender meets a route of type ${type}`,
        node: `ip route add ${type} ${SHARED}`,
        from: 'node',
        to,
        verdict: 'unroutable',
        error,
      }) as const,
  ),
  {
    title: 'a forwarded packet meets a route of type unreachable',
    pods: ['client'],
    node: `ip route add unreachable ${SHARED}`,
    from: 'node/default/client',
    to,
    verdict: 'unroutable',
    error: 'EHOSTUNREACH',
  },
  {
    title: 'a forwarded packet meets a route of type prohibit',
    pods: ['client'],
    node: `ip route add prohibit ${SHARED}`,
    from: 'node/default/client',
    to,
    verdict: 'unroutable',
    error: 'EHOSTUNREACH',
  },
  {
    title: 'a forwarded packet finds no route',
    pods: ['client'],
    node: 'ip route del default',
    from: 'node/default/client',
    to,
    verdict: 'unroutable',
    error: 'ENETUNREACH',
  },
  {
    title: 'a service is reached through any route to its address, which decides the source',
    pods: ['server1'],
    node: `ip route del default
ip route add 10.0.0.0/24 dev lo
nat OUTPUT -d 10.0.0.9 -p tcp --dport 80 -j DNAT --to-destination ${PODS.server1}:80`,
    from: 'node',
    to: '10.0.0.9:80',
    verdict: 'connected',
    source: NODE,
  },
  {
    title: 'a route over lo to an address that is not local leads nowhere',
    node: `ip route add 10.0.0.0/24 dev lo
raw PREROUTING -i lo -p tcp`,
    from: 'node',
    to: '10.0.0.9:80',
    verdict: 'dropped',
  },
  {
    title: 'forwarded to lo, a packet goes round there, and meets every rule again',
    pods: ['client'],
    node: `ip route add 10.0.0.0/24 dev lo
filter FORWARD -i lo -m ttl --ttl-lt 60 -j DROP`,
    from: 'node/default/client',
    to: '10.0.0.9:80',
    verdict: 'dropped',
  },
  {
    title: 'until its TTL is used up',
    pods: ['client'],
    node: 'ip route add 10.0.0.0/24 dev lo',
    from: 'node/default/client',
    to: '10.0.0.9:80',
    verdict: 'loop',
  },
  {
    title: 'over IPv6 it refuses what is sent, behind OUTPUT',
    ipv6: true,
    node: 'ip -6 route add fd10::/64 dev lo',
    from: 'node',
    to: '[fd10::9]:80',
    verdict: 'dropped',
  },
  {
    title: 'over IPv6 it refuses what comes in, too',
    ipv6: true,
    pods: ['client'],
    node: 'ip -6 route add fd10::/64 dev lo',
    from: 'node/default/client',
    to: 'fd10::9',
    protocol: 'icmp',
    verdict: 'unroutable',
  },
  {
    title: 'after DNAT there is no route: dropped, and connect() is not told',
    node: `ip route add blackhole ${PODS.routed1}
nat OUTPUT -d 10.0.0.9 -p tcp --dport 80 -j DNAT --to-destination ${PODS.routed1}:80`,
    from: 'node',
    to: '10.0.0.9:80',
    verdict: 'dropped',
  },
  {
    ...both,
    title: 'strict rp_filter: a source whose way back leads elsewhere',
    node: `${onlyThere}sysctl -qw net.ipv4.conf.veth-routed2.rp_filter=1`,
    from: 'node/default/client',
    to,
    verdict: 'no-reply',
  },
  {
    ...both,
    title: 'loose rp_filter on an interface without an address is as strict',
    node: `${onlyThere}sysctl -qw net.ipv4.conf.veth-routed2.rp_filter=2`,
    from: 'node/default/client',
    to,
    verdict: 'no-reply',
  },
  {
    ...both,
    title: 'loose rp_filter on an interface with an address',
    node: `${onlyThere}sysctl -qw net.ipv4.conf.veth-routed2.rp_filter=2
ip addr add 192.0.2.1/32 dev veth-routed2`,
    from: 'node/default/client',
    to,
    verdict: 'connected',
  },
  {
    ...both,
    title: 'strict rp_filter looks up the way back as of a packet from the outgoing interface',
    node: `${ways}sysctl -qw net.ipv4.conf.veth-routed2.rp_filter=1
ip rule add iif cni0 lookup 100`,
    from: 'node/default/client',
    to,
    verdict: 'connected',
  },
  {
    ...both,
    title: 'strict rp_filter with src_valid_mark takes the mark into account',
    node: `${ways}sysctl -qw net.ipv4.conf.veth-routed2.src_valid_mark=1 net.ipv4.conf.veth-routed2.rp_filter=1
ip rule add fwmark 0x5 lookup 100
mangle PREROUTING -j MARK --set-mark 0x5`,
    from: 'node/default/client',
    to,
    verdict: 'connected',
  },
  {
    ...both,
    title: 'strict rp_filter without src_valid_mark does not',
    node: `${ways}sysctl -qw net.ipv4.conf.veth-routed2.rp_filter=1
ip rule add fwmark 0x5 lookup 100
mangle PREROUTING -j MARK --set-mark 0x5`,
    from: 'node/default/client',
    to,
    verdict: 'no-reply',
  },
  {
    title: 'no way back to the source: strict and loose drop it, 0 does not',
    pods: ['client', 'routed1'],
    node: `sysctl -qw net.ipv4.conf.all.rp_filter=2
ip route del default
raw PREROUTING -s 198.51.100.9`,
    inPod: { client: sending('198.51.100.9') },
    from: 'node/default/client',
    to: `${PODS.routed1}:80`,
    verdict: 'dropped',
  },
  {
    title: 'the match of the reverse path check, strict and loose',
    pods: ['client', 'routed1'],
    inPod: { client: sending('10.8.0.9') },
    node: `ip route add 10.8.0.9 dev veth-routed1
raw PREROUTING -i cni0 -m rpfilter
raw PREROUTING -i cni0 -m rpfilter --loose
raw PREROUTING -i cni0 -m rpfilter --invert -j DROP`,
    from: 'node/default/client',
    to: `${PODS.routed1}:80`,
    verdict: 'dropped',
  },
  {
    title: 'the match of the reverse path check asks for a way without ports',
    pods: ['client', 'routed1'],
    node: `ip rule add iif lo ipproto tcp sport 80 blackhole
raw PREROUTING -i cni0 -m rpfilter
raw PREROUTING -i cni0 -m rpfilter --invert -j DROP`,
    from: 'node/default/client',
    to: `${PODS.routed1}:80`,
    verdict: 'connected',
  },
  {
    title: 'over IPv6 the strict one meets rules by outgoing interface, and the loose one does not',
    ipv6: true,
    pods: ['client', 'routed1'],
    node: `ip -6 rule add priority 1000 oif cni0 blackhole
IPTABLES=ip6tables
mangle PREROUTING -m rpfilter
mangle PREROUTING -m rpfilter --loose
mangle PREROUTING -m rpfilter --invert`,
    from: 'node/default/client',
    to: `[${address6(PODS.routed1)}]:80`,
    verdict: 'connected',
  },
  {
    title: 'an own address from outside: a martian, unless accept_local',
    pods: ['client'],
    inPod: { client: sending(NODE) },
    serves: ['tcp 0.0.0.0:80'],
    node: 'filter INPUT -p tcp',
    from: 'node/default/client',
    to: `${BRIDGE}:80`,
    verdict: 'dropped',
  },
  {
    title: 'connect() looks the way up again, from the source that the first lookup chose',
    node: `ip rule add from ${NODE} to 192.0.2.9 unreachable`,
    from: 'node',
    to: '192.0.2.9:80',
    verdict: 'unroutable',
    error: 'ENETUNREACH',
  },
  {
    title: 'a route over lo, and route_localnet: the source is 127.0.0.1',
    node: `sysctl -qw net.ipv4.conf.all.route_localnet=1
ip route add 192.0.2.0/24 dev lo
filter OUTPUT -s 127.0.0.1 -j ACCEPT`,
    from: 'node',
    to: '192.0.2.9:80',
    verdict: 'dropped',
  },
  {
    title: 'an address that is local by another table than the local one: nobody answers from it',
    pods: ['client'],
    serves: ['tcp 0.0.0.0:80'],
    node: `ip route add local 192.0.2.9 dev lo table 100
ip rule add to 192.0.2.9 lookup 100
filter INPUT -d 192.0.2.9 -p tcp`,
    from: 'node/default/client',
    to: '192.0.2.9:80',
    verdict: 'dropped',
  },
  {
    title: 'nor does its own host reach it, for whom it would be the source',
    serves: ['tcp 0.0.0.0:80'],
    node: `ip route add local 192.0.2.9 dev lo table 100
ip rule add to 192.0.2.9 lookup 100`,
    from: 'node',
    to: '192.0.2.9:80',
    verdict: 'unroutable',
    error: 'ENETUNREACH',
  },
  {
    title: 'over IPv6 that address is of type LOCAL, and no datagram is sent from it',
    ipv6: true,
    serves: ['udp [::]:53'],
    node: `ip -6 route add local fd10::9 dev lo table 100
ip -6 rule add priority 1000 to fd10::9 lookup 100
IPTABLES=ip6tables
filter OUTPUT -m addrtype --dst-type LOCAL`,
    from: 'node',
    to: '[fd10::9]:53',
    protocol: 'udp',
    verdict: 'no-reply',
  },
  {
    title: 'over IPv6 and TCP it answers',
    ipv6: true,
    serves: ['tcp [::]:80'],
    node: `ip -6 route add local fd10::9 dev lo table 100
ip -6 rule add priority 1000 to fd10::9 lookup 100`,
    from: 'node',
    to: '[fd10::9]:80',
    verdict: 'connected',
  },
  {
    title: 'over IPv6 a sender who is refused a way without a source is given one with it',
    ipv6: true,
    pods: ['server1'],
    node: 'ip -6 rule add priority 1000 not from fd09::/64 unreachable',
    from: 'node',
    to: `[${address6(PODS.server1)}]:80`,
    verdict: 'connected',
    source: `[${address6(BRIDGE)}]`,
  },
  {
    title: 'over IPv6 a host that is no router tells who asks it that it has no route',
    ipv6: true,
    pods: ['client'],
    node: 'sysctl -qw net.ipv6.conf.all.forwarding=0',
    from: 'node/default/client',
    to: 'fd10::9',
    protocol: 'icmp',
    verdict: 'unroutable',
    error: 'ENETUNREACH',
  },
  {
    title: 'over IPv6 it drops what it has a route for',
    ipv6: true,
    pods: ['client', 'routed1'],
    node: 'sysctl -qw net.ipv6.conf.all.forwarding=0',
    from: 'node/default/client',
    to: `[${address6(PODS.routed1)}]:80`,
    verdict: 'dropped',
  },
  {
    title: 'a redirect on behalf of a packet marks its connection, before FORWARD',
    pods: ['client', 'server1'],
    inPod: { server1: `ip addr add ${SHARED}/32 dev lo` },
    node: `ip route add ${SHARED} via ${PODS.server1}
mangle OUTPUT -j CONNMARK --set-xmark 0x2/0xf
mangle FORWARD -m connmark --mark 0x2
mangle FORWARD -m connmark --mark 0x0`,
    from: 'node/default/client',
    to,
    verdict: 'connected',
  },
  {
    title: 'no redirect is sent where that is off',
    pods: ['client', 'server1'],
    inPod: { server1: `ip addr add ${SHARED}/32 dev lo` },
    node: `sysctl -qw net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.cni0.send_redirects=0
ip route add ${SHARED} via ${PODS.server1}
mangle OUTPUT -j CONNMARK --set-xmark 0x2/0xf
mangle FORWARD -m connmark --mark 0x2
mangle FORWARD -m connmark --mark 0x0`,
    from: 'node/default/client',
    to,
    verdict: 'connected',
  },
  {
    title: 'a packet that comes again takes the same next hop',
    pods: ['client', 'server1', 'server2'],
    inPod: Object.fromEntries(
      (['server1', 'server2'] as const).map((pod) => [
        pod,
        'sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0',
      ]),
    ),
    node: `sysctl -qw net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.cni0.send_redirects=0
ip route add ${SHARED} nexthop via ${PODS.server1} weight 1 nexthop via ${PODS.server2} weight 2`,
    from: 'node/default/client',
    to,
    verdict: 'loop',
    times: 3,
  },
  {
    title: 'a packet goes round, and so does the error that tells of it',
    pods: ['client', 'server1'],
    inPod: {
      client: sending('203.0.113.8'),
      server1: 'sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.accept_local=1',
    },
    node: `ip route add 203.0.113.0/24 via ${PODS.server1}`,
    from: 'node/default/client',
    to,
    verdict: 'loop',
  },
  {
    ...both,
    title: 'the server sends data again that strict rp_filter drops',
    node: `${onlyData}ip rule add fwmark 0x5 lookup 100
sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.all.src_valid_mark=1`,
    from: 'node/default/client',
    to,
    verdict: 'no-reply',
  },
  {
    title: 'over IPv6 an echo is looked up towards where it came in, also by rules',
    ipv6: true,
    pods: ['client', 'routed1'],
    node: `ip -6 rule add oif cni0 lookup 100
ip -6 route add default via ${address6(PODS.routed1)} dev veth-routed1 table 100`,
    from: 'node/default/client',
    to: address6(BRIDGE),
    protocol: 'icmp',
    verdict: 'no-reply',
  },
  {
    title: 'the same where two routes are as good',
    ipv6: true,
    pods: ['client', 'routed1'],
    node: twoAlike,
    inPod: { client: sending6 },
    from: 'node/default/client',
    to: address6(BRIDGE),
    protocol: 'icmp',
    verdict: 'connected',
  },
  {
    title: 'the network of an address of lo is local, every address of it',
    pods: ['client'],
    serves: ['tcp 0.0.0.0:80'],
    node: 'ip addr add 203.0.113.1/24 dev lo',
    from: 'node/default/client',
    to: '203.0.113.9:80',
    verdict: 'connected',
  },
  {
    title: 'the TTL is used up where it is forwarded',
    pods: ['client', 'routed1'],
    node: 'mangle PREROUTING -p tcp -j TTL --ttl-set 1',
    from: 'node/default/client',
    to: `${PODS.routed1}:80`,
    verdict: 'loop',
  },
  {
    title: 'the same, and the sender is not told',
    pods: ['client', 'routed1'],
    node: 'mangle PREROUTING -p tcp -j TTL --ttl-set 1\nfilter OUTPUT -p icmp -j DROP',
    from: 'node/default/client',
    to: `${PODS.routed1}:80`,
    verdict: 'loop',
  },
]);
