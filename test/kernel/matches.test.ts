import { testCases } from './lab/cases';
import { address6, BRIDGE, NODE, PODS } from './networks/one-node';

const client = 'node/default/client';
const toNode = { pods: ['client'], serves: ['tcp 0.0.0.0:80'], from: client, to: `${BRIDGE}:80` } as const;
const forwarded = { pods: ['client', 'routed1'], from: client, to: `${PODS.routed1}:80` } as const;

testCases('matches', [
  {
    ...toNode,
    title: 'addrtype',
    node: `filter INPUT -m addrtype --dst-type LOCAL
filter INPUT -m addrtype --src-type LOCAL
filter INPUT -m addrtype --src-type UNICAST
filter INPUT -m addrtype --dst-type LOCAL --limit-iface-in
filter INPUT -m addrtype ! --src-type LOCAL --dst-type UNICAST,LOCAL`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'addrtype of an address of another interface',
    to: `${NODE}:80`,
    node: `filter INPUT -m addrtype --dst-type LOCAL
filter INPUT -m addrtype --dst-type LOCAL --limit-iface-in -j DROP
filter INPUT -m addrtype ! --dst-type LOCAL -j DROP`,
    verdict: 'connected',
  },
  {
    title: 'addrtype of an address of one interface, in a local route over another',
    serves: ['tcp 0.0.0.0:80'],
    node: `ip addr add 203.0.113.7/32 dev eth0
ip route add local 203.0.113.0/24 dev lo
filter INPUT -d 203.0.113.7 -m addrtype --dst-type LOCAL --limit-iface-in -j DROP
filter INPUT -d 203.0.113.7 -m addrtype --dst-type LOCAL`,
    from: 'node',
    to: '203.0.113.7:80',
    verdict: 'connected',
  },
  {
    title: 'rpfilter over IPv6 takes a worse route where it leads to the interface',
    ipv6: true,
    pods: ['client'],
    node: `IPTABLES=ip6tables
ip -6 route add ${address6(PODS.client)} dev eth0 metric 10
ip -6 route add ${address6(PODS.client)} dev cni0 metric 1024
raw PREROUTING -p tcp -m rpfilter
raw PREROUTING -p tcp -m rpfilter --invert
filter INPUT -p tcp -j DROP`,
    from: client,
    to: `[${address6(BRIDGE)}]:80`,
    verdict: 'dropped',
  },
  {
    title: 'addrtype of an IPv6 address that a local route over the interface makes local',
    ipv6: true,
    pods: ['client'],
    serves: ['tcp :::80'],
    node: `IPTABLES=ip6tables
ip -6 route add local fd77::/64 dev cni0
filter INPUT -d fd77::7 -m addrtype --dst-type LOCAL --limit-iface-in -j DROP
filter INPUT -d fd77::7 -m addrtype --dst-type LOCAL -j ACCEPT
filter INPUT -p tcp -m addrtype --dst-type LOCAL --limit-iface-in`,
    from: client,
    to: '[fd77::7]:80',
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'a route of type local makes an address local',
    to: '203.0.113.7:80',
    node: `ip route add local 203.0.113.0/24 dev lo
filter INPUT -m addrtype --dst-type LOCAL -j ACCEPT
filter INPUT -j DROP`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'multiport, ports, ranges, negations',
    node: `filter INPUT -p tcp -m multiport --dports 22,80,8000:8100
filter INPUT -p tcp -m multiport --sports 1:1024
filter INPUT -p tcp -m multiport --ports 80
filter INPUT -p tcp -m multiport ! --dports 22,443
filter INPUT -p tcp --dport 70:90
filter INPUT -p tcp ! --dport 80 -j DROP
filter INPUT -p udp -m multiport --dports 80 -j DROP
filter INPUT -m iprange --src-range 10.9.0.2-10.9.0.3
filter INPUT ! -s 10.9.0.0/24 -j DROP
filter INPUT -s 10.0.0.2/255.0.0.255`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'interfaces, with wildcards and negations',
    node: `filter INPUT -i cni0
filter INPUT -i cni+
filter INPUT -i eth+ -j DROP
filter INPUT ! -i cni0 -j DROP
filter OUTPUT -o cni0
filter OUTPUT ! -o lo
mangle POSTROUTING -o c+`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'TCP flags, length, TTL',
    node: `filter INPUT -p tcp --syn
filter INPUT -p tcp --tcp-flags SYN,ACK ACK
filter INPUT -p tcp ! --syn
filter INPUT -p tcp -m length --length 60
filter INPUT -p tcp -m length --length 40:52
filter INPUT -m ttl --ttl-eq 64
filter INPUT -m ttl --ttl-lt 64 -j DROP
filter OUTPUT -p tcp --tcp-flags SYN,ACK SYN,ACK`,
    verdict: 'connected',
  },
  {
    ...forwarded,
    title: 'TTL is lowered before FORWARD',
    node: `mangle PREROUTING -m ttl --ttl-eq 64
mangle FORWARD -m ttl --ttl-eq 64
mangle FORWARD -m ttl --ttl-eq 63
mangle POSTROUTING -m ttl --ttl-eq 63`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'states of a connection',
    node: `filter INPUT -m conntrack --ctstate INVALID -j DROP
filter INPUT -m conntrack --ctstate NEW
filter INPUT -m conntrack --ctstate ESTABLISHED,RELATED
filter INPUT -m conntrack ! --ctstate NEW
filter INPUT -m state --state NEW
filter INPUT -m conntrack --ctstate UNTRACKED -j DROP
filter INPUT -m conntrack --ctstatus NONE
filter INPUT -m conntrack --ctstatus CONFIRMED
filter INPUT -m conntrack --ctstatus SEEN_REPLY
filter INPUT -m conntrack --ctstatus ASSURED
filter INPUT -m conntrack --ctdir ORIGINAL
filter OUTPUT -m conntrack --ctdir REPLY
filter OUTPUT -m conntrack --ctstate ESTABLISHED
filter OUTPUT -m conntrack --ctproto tcp`,
    verdict: 'connected',
  },
  {
    title: 'the original and the reply addresses of a connection with DNAT and SNAT',
    pods: ['client', 'routed1'],
    node: `nat PREROUTING -d 10.0.0.9 -p tcp --dport 8080 -j DNAT --to-destination ${PODS.routed1}:80
nat POSTROUTING -d ${PODS.routed1} -j SNAT --to-source ${NODE}
filter FORWARD -m conntrack --ctorigdst 10.0.0.9 --ctorigdstport 8080
filter FORWARD -m conntrack --ctreplsrc ${PODS.routed1} --ctreplsrcport 80
filter FORWARD -m conntrack --ctrepldst ${NODE}
filter FORWARD -m conntrack --ctorigsrc ${PODS.client}
filter FORWARD -m conntrack --ctstate DNAT
filter FORWARD -m conntrack --ctstate SNAT
filter FORWARD -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP`,
    from: client,
    to: '10.0.0.9:8080',
    verdict: 'connected',
    source: NODE,
  },
  {
    ...toNode,
    title: 'sets',
    node: `ipset create hosts hash:ip
ipset add hosts ${PODS.client}
ipset create nets hash:net
ipset add nets 10.9.0.0/16
ipset add nets 10.9.0.2 nomatch
ipset create sockets hash:ip,port
ipset add sockets ${BRIDGE},tcp:80
ipset create ports bitmap:port range 0-1024
ipset add ports 80
ipset create both list:set
ipset add both hosts
ipset add both nets
filter INPUT -m set --match-set hosts src
filter INPUT -m set ! --match-set hosts dst
filter INPUT -m set --match-set nets src
filter INPUT -m set --match-set nets dst
filter INPUT -m set --match-set sockets dst,dst
filter INPUT -m set --match-set sockets src,dst -j DROP
filter INPUT -m set --match-set ports dst
filter INPUT -m set --match-set both src`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'matches with a memory see the first packet of a first connection',
    node: `filter INPUT -p tcp --syn -m limit --limit 1/min
filter INPUT -p tcp --syn -m hashlimit --hashlimit-upto 1/min --hashlimit-name x
filter INPUT -p tcp --syn -m recent --rcheck --name seen -j DROP
filter INPUT -p tcp --syn -m recent --set --name seen
filter INPUT -p tcp --syn -m connlimit --connlimit-above 3 -j REJECT
filter INPUT -p tcp --syn -m statistic --mode nth --every 2 --packet 0`,
    verdict: 'connected',
  },
  {
    title: 'who owns a socket: packets of none',
    pods: ['client', 'routed1'],
    node: `filter OUTPUT -m owner --socket-exists -j DROP
mangle POSTROUTING -m owner --socket-exists -j DROP`,
    from: client,
    to: `${PODS.routed1}:80`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'kinds of frames',
    node: `filter INPUT -m pkttype --pkt-type unicast
filter INPUT -m pkttype --pkt-type broadcast -j DROP`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'a list that the packet itself has been noted in',
    node: `raw PREROUTING -p tcp --syn -m recent --set --name seen
filter INPUT -p tcp --syn -m recent --rcheck --hitcount 2 --name seen -j DROP
filter INPUT -p tcp --syn -m recent --rcheck --name other -j DROP
filter INPUT -p tcp --syn -m recent --update --name seen
filter INPUT -p tcp --syn -m recent --rcheck --hitcount 2 --name seen -j DROP`,
    verdict: 'dropped',
  },
  {
    ...toNode,
    title: 'a list is written by options whose answer is inverted, too',
    node: `raw PREROUTING -p tcp --syn -m recent ! --set --name seen -j DROP
mangle PREROUTING -p tcp --syn -m recent --rcheck --name seen -m comment --comment noted
mangle INPUT -p tcp --syn -m recent ! --remove --name seen -j DROP
filter INPUT -p tcp --syn -m recent --rcheck --name seen -j DROP`,
    verdict: 'connected',
  },
  {
    title: 'who owns a socket: the RST of a closed port, over IPv6, comes from none',
    ipv6: true,
    pods: ['client'],
    node: `IPTABLES=ip6tables
filter OUTPUT -p tcp -m owner ! --socket-exists -j DROP`,
    from: client,
    to: `[${address6(BRIDGE)}]:81`,
    verdict: 'no-reply',
  },
  {
    title: 'who owns a socket: the RST of a closed port, over IPv4, comes from one of the kernel',
    pods: ['client'],
    node: 'filter OUTPUT -p tcp -m owner ! --socket-exists -j DROP',
    from: client,
    to: `${BRIDGE}:81`,
    verdict: 'rejected',
  },
  {
    title: 'who owns a socket: the kernel answers echoes from one that nobody owns',
    pods: ['client'],
    node: `filter OUTPUT -p icmp -m owner ! --socket-exists -j DROP
filter OUTPUT -p icmp -m owner --uid-owner 0 -j DROP
filter OUTPUT -p icmp -m owner ! --uid-owner 0`,
    from: client,
    to: BRIDGE,
    protocol: 'icmp',
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'of several CT targets the first counts',
    node: `raw PREROUTING -p tcp -j CT --zone 1
raw PREROUTING -p tcp -j CT --notrack
raw PREROUTING -p tcp -j CT --zone 2
filter INPUT -m conntrack --ctstate UNTRACKED -j DROP
raw OUTPUT -p tcp -j CT --zone 1`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'who has not seen the SYN+ACK takes the ACK for invalid',
    node: `raw OUTPUT -p tcp -j CT --notrack
filter INPUT -m conntrack --ctstate INVALID -j DROP`,
    verdict: 'no-reply',
  },
  {
    title: 'echo replies have the TOS of the request',
    pods: ['client'],
    node: `mangle PREROUTING -p icmp -j TOS --set-tos 0x28
filter OUTPUT -p icmp -m dscp ! --dscp 10 -j DROP`,
    from: client,
    to: BRIDGE,
    protocol: 'icmp',
    verdict: 'connected',
  },
  {
    title: 'the RST of a closed port has the TOS of what it answers',
    pods: ['client'],
    node: `mangle PREROUTING -p tcp -j DSCP --set-dscp 10
filter OUTPUT -p tcp --tcp-flags RST RST -m dscp --dscp 10 -j DROP`,
    from: client,
    to: `${BRIDGE}:81`,
    verdict: 'no-reply',
  },
  {
    ...toNode,
    title: 'how long what the server sends is, no snapshot tells',
    node: 'filter OUTPUT -p tcp --tcp-flags PSH PSH -m length --length 40:90 -j DROP',
    unknowns: [
      'the data is 40:90 bytes long with its headers on node',
      'it is not so that the data is 40:90 bytes long with its headers on node',
    ],
    verdict: 'connected',
  },
  {
    title: 'headers that a packet has not: the match fails, however it is negated',
    ipv6: true,
    pods: ['client'],
    serves: ['tcp [::]:80'],
    node: `IPTABLES=ip6tables
filter INPUT -m rt --rt-type 0 -j DROP
filter INPUT -m rt ! --rt-type 0 -j DROP
filter INPUT -m hbh -j DROP
filter INPUT -m dst -j DROP
filter INPUT -m frag --fragid 1 -j DROP
filter INPUT -m srh -j DROP`,
    from: client,
    to: `[${address6(BRIDGE)}]:80`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'a set of networks and interfaces: src is where the packet comes in, dst where it leaves',
    node: `ipset create places hash:net,iface
ipset add places 10.9.0.0/24,cni0
ipset add places 192.168.5.0/24,eth0
filter INPUT -m set --match-set places dst,dst -j DROP
filter INPUT -m set ! --match-set places src,src -j DROP
filter INPUT -m set --match-set places src,dst -j DROP
filter OUTPUT -m set --match-set places src,src -j DROP`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: "the source of a frame is the sender's interface; over lo there is none",
    inPod: { client: 'ip link set eth0 address 02:00:00:00:09:02' },
    node: `filter INPUT -m mac --mac-source 02:00:00:00:09:02
filter INPUT -m mac ! --mac-source 02:00:00:00:09:02 -j DROP`,
    verdict: 'connected',
  },
  {
    title: 'forwarded, a packet still has the frame that it came in',
    pods: ['client', 'routed1'],
    inPod: { client: 'ip link set eth0 address 02:00:00:00:09:02' },
    node: `filter FORWARD -m mac --mac-source 02:00:00:00:09:02
filter FORWARD -m mac ! --mac-source 02:00:00:00:09:02`,
    from: client,
    to: `${PODS.routed1}:80`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'of a set of networks and interfaces the most specific network alone is asked',
    node: `ipset create places hash:net,iface
ipset add places 10.9.0.0/16,cni0
ipset add places 10.9.0.0/24,eth0
ipset add places 10.0.0.0/8,cni0 nomatch
filter INPUT -m set --match-set places src,src -j DROP
filter INPUT -m set ! --match-set places src,src`,
    verdict: 'connected',
  },
  {
    title: 'POSTROUTING knows where a forwarded packet came in, for sets and for -i in a chain of the user',
    pods: ['client', 'routed1'],
    node: `ipset create places hash:net,iface
ipset add places 10.9.0.0/24,cni0
chain mangle USER
mangle USER -i cni0
mangle USER -m set --match-set places src,src
mangle POSTROUTING -j USER`,
    from: client,
    to: `${PODS.routed1}:80`,
    verdict: 'connected',
  },
]);
