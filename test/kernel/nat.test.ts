import { testCases } from './lab/cases';
import { BRIDGE, NODE, PODS } from './networks/one-node';

const client = 'node/default/client';
const server = `${PODS.routed1}:80`;
const silent = (device: string): string =>
  `net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.${device}.send_redirects=0`;
const pods = ['client', 'routed1'] as const;
/** Between the node and a pod that sends it back, until the TTL is used up. */
const goesRound = {
  pods: ['client', 'server1'],
  inPod: { server1: `sysctl -qw net.ipv4.ip_forward=1 ${silent('eth0')}` },
  node: `sysctl -qw ${silent('cni0')}\nip route add 10.0.0.9 via ${PODS.server1}`,
  from: client,
  protocol: 'icmp',
  verdict: 'loop',
} as const;

const drawn = 'nat POSTROUTING -p tcp -j MASQUERADE --to-ports 30000-30099 --random';

testCases('NAT', [
  {
    title: 'a zone for replies that they are not in: data opens a connection whose source port the kernel draws',
    pods: ['client'],
    serves: ['tcp 0.0.0.0:80'],
    node: 'raw PREROUTING -j CT --zone-reply 2\nnat PREROUTING -p udp -j ACCEPT',
    from: client,
    to: `${BRIDGE}:80`,
    verdict: 'no-reply',
  },
  {
    title: 'the same without NAT: the entry clashes, and the packet is dropped',
    pods: ['client'],
    serves: ['tcp 0.0.0.0:80'],
    node: 'raw PREROUTING -j CT --zone-reply 2',
    from: client,
    to: `${BRIDGE}:80`,
    verdict: 'no-reply',
  },
  {
    title: 'datagrams are not given another port for the sake of the same connection the other way round: they clash',
    pods: ['client'],
    serves: ['udp 0.0.0.0:53'],
    node: 'raw PREROUTING -j CT --zone-reply 2\nnat PREROUTING -p tcp -j ACCEPT',
    from: client,
    to: `${BRIDGE}:53`,
    protocol: 'udp',
    verdict: 'no-reply',
  },
  {
    title: 'a port that the kernel draws is not that of the sender, whom an untracked reply does not reach',
    pods: ['routed1'],
    node: 'nat POSTROUTING -p tcp -j MASQUERADE --random-fully\nraw PREROUTING -p tcp -j NOTRACK',
    from: 'node',
    to: server,
    verdict: 'no-reply',
  },
  {
    title: 'a rule for every port that one is drawn from matches, and a rule for none of them does not',
    pods: ['routed1'],
    node: `${drawn}
raw PREROUTING -i veth-routed1 -p tcp --dport 30100:65535 -j DROP
raw PREROUTING -i veth-routed1 -p tcp --dport 30000:30099 -j MARK --set-mark 1
raw PREROUTING -p tcp -m mark --mark 1 -j DROP`,
    from: 'node',
    to: server,
    verdict: 'no-reply',
  },
  {
    title: 'a rule for half of them may match, or not',
    pods: ['routed1'],
    node: `${drawn}\nraw PREROUTING -i veth-routed1 -p tcp -m multiport --ports 81,30000:30049`,
    from: 'node',
    to: server,
    verdict: 'connected',
    times: 4,
  },
  {
    ...goesRound,
    title: 'an echo that goes round and is DNATed each time has another id each time',
    node: `${goesRound.node}\nnat PREROUTING -p icmp -j DNAT --to-destination 10.0.0.9`,
    to: '203.0.113.7',
  },
  {
    ...goesRound,
    title: 'an echo that goes round and is SNATed has another id each time',
    node: `${goesRound.node}\nnat POSTROUTING -p icmp -j SNAT --to-source 192.0.2.1`,
    to: '10.0.0.9',
  },
  {
    title: 'a zone that only the replies to a reply are in: both connections are entered, and nothing clashes',
    pods: ['client'],
    node: 'raw PREROUTING -j CT --zone-reply 2',
    from: 'node',
    to: `${PODS.client}:53`,
    protocol: 'udp',
    verdict: 'connected',
  },
  {
    title: 'what CT has set passes for a new connection in the rest of raw',
    pods: ['client'],
    serves: ['tcp 0.0.0.0:80'],
    node: `raw PREROUTING -m conntrack --ctstate NEW -j DROP
raw PREROUTING -j CT --zone 2
raw PREROUTING -m conntrack --ctstate NEW,RELATED
raw PREROUTING -m conntrack --ctstate INVALID -j DROP
raw PREROUTING -m conntrack --ctdir ORIGINAL
raw PREROUTING -m conntrack --ctproto 6
raw PREROUTING -m conntrack ! --ctproto 6
raw PREROUTING -m conntrack --ctstatus CONFIRMED
raw PREROUTING -m conntrack --ctstatus NONE
raw PREROUTING -m conntrack --ctorigsrc ${PODS.client}
raw PREROUTING -m connmark --mark 0
raw OUTPUT -j CT --zone 2`,
    from: client,
    to: `${BRIDGE}:80`,
    verdict: 'connected',
  },
  {
    title: 'a zone for the SYN alone: the packet after it is redirected anew, from another port',
    serves: ['tcp 0.0.0.0:8080'],
    node: `raw OUTPUT -p tcp -m length --length 60 -j CT --zone-orig 2
nat OUTPUT -p tcp -j REDIRECT --to-ports 8080`,
    from: 'node',
    to: '10.0.0.13:81',
    verdict: 'no-reply',
    error: 'ECONNRESET',
  },
  {
    title: 'REDIRECT in PREROUTING: to the address of the incoming interface',
    pods: ['client'],
    serves: ['tcp 0.0.0.0:8080'],
    node: 'nat PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080',
    from: client,
    to: '203.0.113.9:80',
    verdict: 'connected',
    source: PODS.client,
  },
  {
    title: 'REDIRECT in OUTPUT: to 127.0.0.1, with the source that the first route chose',
    serves: ['tcp 0.0.0.0:8080'],
    node: 'nat OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 8080',
    from: 'node',
    to: '203.0.113.9:80',
    verdict: 'connected',
    source: NODE,
  },
  {
    title: 'SNAT to an address of the node',
    pods,
    node: `nat POSTROUTING -s ${PODS.client} -o veth-routed1 -j SNAT --to-source ${NODE}`,
    from: client,
    to: server,
    verdict: 'connected',
    source: NODE,
  },
  {
    title: 'SNAT to an address that nobody has: replies have nowhere to go',
    pods,
    node: `nat POSTROUTING -s ${PODS.client} -o veth-routed1 -j SNAT --to-source 203.0.113.1`,
    from: client,
    to: server,
    verdict: 'connected',
    source: '203.0.113.1',
  },
  {
    title: 'SNAT in INPUT: the server on the node sees another source',
    pods: ['client'],
    serves: ['tcp 0.0.0.0:80'],
    node: `nat INPUT -s ${PODS.client} -p tcp --dport 80 -j SNAT --to-source 203.0.113.1`,
    from: client,
    to: `${BRIDGE}:80`,
    verdict: 'connected',
    source: '203.0.113.1',
  },
  {
    title: 'NETMAP of the destination keeps the last part of the address',
    pods,
    node: 'nat PREROUTING -d 198.51.100.0/24 -j NETMAP --to 10.8.0.0/24',
    from: client,
    to: '198.51.100.2:80',
    verdict: 'connected',
  },
  {
    title: 'NETMAP of the source',
    pods,
    node: 'nat POSTROUTING -s 10.9.0.0/24 -o veth-routed1 -j NETMAP --to 198.51.100.0/24',
    from: client,
    to: server,
    verdict: 'connected',
    source: '198.51.100.2',
  },
  {
    title: 'DNAT to another port',
    pods,
    node: `nat PREROUTING -d 10.0.0.9 -p tcp --dport 8080 -j DNAT --to-destination ${server}`,
    from: client,
    to: '10.0.0.9:8080',
    verdict: 'connected',
  },
  {
    title: 'DNAT of the port alone, in OUTPUT',
    pods: ['routed1'],
    node: 'nat OUTPUT -p tcp --dport 8080 -j DNAT --to-destination :80',
    from: 'node',
    to: `${PODS.routed1}:8080`,
    verdict: 'connected',
  },
  {
    title: 'DNAT to loopback, route_localnet 0: a martian',
    pods: ['client'],
    serves: ['tcp 127.0.0.1:8080'],
    node: 'nat PREROUTING -p tcp --dport 80 -j DNAT --to-destination 127.0.0.1:8080',
    from: client,
    to: `${NODE}:80`,
    verdict: 'dropped',
  },
  {
    title: 'DNAT to loopback, route_localnet 1',
    pods: ['client'],
    serves: ['tcp 127.0.0.1:8080'],
    node: `nat PREROUTING -p tcp --dport 80 -j DNAT --to-destination 127.0.0.1:8080
sysctl -qw net.ipv4.conf.cni0.route_localnet=1`,
    from: client,
    to: `${NODE}:80`,
    verdict: 'connected',
  },
  {
    title: 'the first rule that matches decides: ACCEPT before DNAT means none',
    pods,
    node: `nat PREROUTING -s ${PODS.client} -j ACCEPT
nat PREROUTING -d ${PODS.routed1} -p tcp --dport 80 -j DNAT --to-destination ${PODS.routed1}:81`,
    from: client,
    to: server,
    verdict: 'connected',
  },
  {
    title: 'DNAT to the address that the packet goes to anyway',
    pods,
    node: `nat PREROUTING -d ${PODS.routed1} -p tcp --dport 80 -j DNAT --to-destination ${server}
filter FORWARD -m conntrack --ctstate DNAT -j ACCEPT`,
    from: client,
    to: server,
    verdict: 'connected',
  },
  {
    title: 'MASQUERADE takes the primary address in the network of the next hop',
    pods,
    node: `ip addr add 10.8.0.250/32 dev veth-routed1
ip addr add 10.8.0.1/24 dev veth-routed1
nat POSTROUTING -o veth-routed1 -j MASQUERADE`,
    from: client,
    to: server,
    verdict: 'connected',
    source: '10.8.0.1',
  },
  {
    title: 'not tracked: a service address leaves as it is',
    pods: ['server1'],
    node: `raw OUTPUT -d 10.0.0.9 -j CT --notrack
nat OUTPUT -d 10.0.0.9 -p tcp --dport 80 -j DNAT --to-destination ${PODS.server1}:80
ip route add 10.0.0.9 dev cni0`,
    inPod: { server1: 'ip addr add 10.0.0.9/32 dev lo' },
    from: 'node',
    to: '10.0.0.9:80',
    verdict: 'connected',
  },
  {
    title: 'nat chains that only count need no connection tracking, and are never asked',
    pods: ['server1'],
    node: `nat OUTPUT -p tcp
nat POSTROUTING -p tcp -j RETURN`,
    from: 'node',
    to: `${PODS.server1}:80`,
    verdict: 'connected',
  },
  {
    title: 'to an own address, over lo: nat is asked on the way out only',
    serves: ['tcp 0.0.0.0:80'],
    node: `nat OUTPUT -d ${NODE} -p tcp --dport 8080 -j DNAT --to-destination ${NODE}:80
nat PREROUTING -p tcp --dport 80 -j DNAT --to-destination ${NODE}:81
nat POSTROUTING -o lo -p tcp --dport 80 -j ACCEPT
nat INPUT -p tcp -j ACCEPT
mangle PREROUTING -i lo -p tcp
mangle INPUT -i lo -p tcp
filter INPUT -i lo -j ACCEPT
filter OUTPUT -o lo -j ACCEPT`,
    from: 'node',
    to: `${NODE}:8080`,
    verdict: 'connected',
    source: NODE,
  },
  {
    title: 'a RST whose destination is restored on lo needs another route, which an own source does not get',
    pods: ['client'],
    node: `raw PREROUTING -j CT --zone 1
nat INPUT -j SNAT --to-source ${NODE}
filter INPUT -p tcp -j ACCEPT`,
    from: 'node/default/client',
    to: `${BRIDGE}:81`,
    verdict: 'no-reply',
  },
  {
    title: 'a RST before any reply ends the entry: where it comes again it is invalid',
    pods: ['client', 'server1'],
    inPod: {
      server1: `sysctl -qw net.ipv4.ip_forward=1
ip route add ${PODS.client} via ${BRIDGE}`,
    },
    node: `ip route add ${PODS.client} via ${PODS.server1}
filter FORWARD -m conntrack --ctstate INVALID -j DROP`,
    from: 'node/default/client',
    to: `${BRIDGE}:81`,
    verdict: 'no-reply',
  },
  {
    title: 'who has not seen the SYN+ACK takes the ACK for invalid, and the data for a reply',
    pods: ['client', 'routed1'],
    node: `raw PREROUTING -p tcp --tcp-flags SYN,ACK SYN,ACK -j CT --notrack
filter FORWARD -m conntrack --ctstate INVALID
filter FORWARD -m conntrack --ctstatus SEEN_REPLY`,
    from: 'node/default/client',
    to: `${PODS.routed1}:80`,
    verdict: 'connected',
  },
]);
