import { testCases } from './lab/cases';
import { BRIDGE, NODE, PODS } from './networks/one-node';

const client = 'node/default/client';
const routed = 'node/default/routed1';
/** The pods' own subnet is looked up in a table that leads elsewhere. */
const elsewhere = `
ip route add default via 192.168.5.1 table 100
ip rule add from 10.9.0.0/24 lookup 100`;
const proxy = 'sysctl -qw net.ipv4.conf.veth-routed1.proxy_arp=1 net.ipv4.neigh.veth-routed1.proxy_delay=0';

/** A policy rule's table makes an address local. What comes in for it is dropped. */
const claims = (address: string): string =>
  `ip route add local ${address} dev lo table 100\nip rule add to ${address} lookup 100\nfilter INPUT -p tcp -j DROP`;

/* The tracer says "unroutable" where nobody answers for a next hop; the client of a test does not wait so long. */
testCases('neighbours', [
  {
    title: "strict rp_filter on a bridge drops the pods' questions for their gateway, too",
    strangers: true,
    pods: ['client'],
    serves: ['tcp 0.0.0.0:80'],
    node: `sysctl -qw net.ipv4.conf.cni0.rp_filter=1${elsewhere}`,
    from: client,
    to: `${BRIDGE}:80`,
    verdict: 'dropped',
  },
  {
    title: 'loose rp_filter does not',
    strangers: true,
    pods: ['client', 'routed2'],
    node: `sysctl -qw net.ipv4.conf.cni0.rp_filter=2 net.ipv4.conf.veth-routed2.proxy_arp=1 net.ipv4.neigh.veth-routed2.proxy_delay=0
ip rule add from 10.9.0.0/24 to 10.9.0.2 lookup 100
ip route add default via 192.168.5.1 table 100`,
    from: client,
    to: `${PODS.routed2}:80`,
    verdict: 'connected',
  },
  {
    title: 'who has asked before needs no answer',
    pods: ['client'],
    serves: ['tcp 0.0.0.0:80'],
    node: `sysctl -qw net.ipv4.conf.cni0.rp_filter=1${elsewhere}`,
    from: client,
    to: `${BRIDGE}:80`,
    verdict: 'dropped',
  },
  {
    title: 'who has asked is known, and is not asked though it would not answer',
    strangers: true,
    pods: ['routed1'],
    serves: ['tcp 0.0.0.0:80'],
    node: proxy,
    inPod: {
      routed1: `sysctl -qw net.ipv4.conf.eth0.rp_filter=1
ip route add ${NODE} dev lo
ip route add default via 169.254.1.1 dev eth0 onlink table 100
ip rule add ipproto tcp lookup 100`,
    },
    from: routed,
    to: `${NODE}:80`,
    verdict: 'connected',
  },
  {
    title: 'a gateway that nobody has, without proxy_arp',
    strangers: true,
    pods: ['routed1', 'server1'],
    from: routed,
    to: `${PODS.server1}:80`,
    verdict: 'dropped',
  },
  {
    title: 'a gateway that nobody has, with proxy_arp',
    strangers: true,
    pods: ['routed1', 'server1'],
    node: proxy,
    from: routed,
    to: `${PODS.server1}:80`,
    verdict: 'connected',
  },
  {
    title: 'a gateway that nobody has, with proxy_arp on a node that has no way to it',
    strangers: true,
    pods: ['routed1', 'server1'],
    node: `${proxy}\nip route del default`,
    from: routed,
    to: `${PODS.server1}:80`,
    verdict: 'dropped',
  },
  {
    title: 'a gateway that nobody has, with proxy_arp on an interface whose packets are not forwarded',
    strangers: true,
    pods: ['routed1', 'server1'],
    node: `${proxy}\nsysctl -qw net.ipv4.conf.veth-routed1.forwarding=0`,
    from: routed,
    to: `${PODS.server1}:80`,
    verdict: 'dropped',
  },
  {
    title: 'a gateway that nobody has, with proxy_arp on a node that forwards nothing',
    strangers: true,
    pods: ['routed1', 'server1'],
    node: `${proxy}\nsysctl -qw net.ipv4.ip_forward=0`,
    from: routed,
    to: `${PODS.server1}:80`,
    verdict: 'dropped',
  },
  {
    title: 'a route to a pod for an address that it does not have',
    pods: ['routed1'],
    node: 'ip route add 10.0.0.0/24 dev veth-routed1',
    from: 'node',
    to: '10.0.0.9:80',
    verdict: 'dropped',
  },
  {
    title: 'a pod answers for an address of its lo, unless arp_ignore',
    pods: ['routed1'],
    inPod: { routed1: 'ip addr add 10.0.0.9/32 dev lo\nsysctl -qw net.ipv4.conf.all.arp_ignore=1' },
    node: 'ip route add 10.0.0.0/24 dev veth-routed1',
    from: 'node',
    to: '10.0.0.9:80',
    verdict: 'dropped',
  },
  {
    title: 'a pod on the bridge for whom nobody is there',
    pods: ['client'],
    node: 'ip route add 10.0.0.0/24 dev cni0',
    from: client,
    to: '10.0.0.9:80',
    verdict: 'dropped',
  },
  {
    title: 'a node that has the address of the pod itself does not answer its question',
    pods: ['client', 'routed1'],
    strangers: true,
    node: `ip route add local ${PODS.client} dev lo`,
    from: client,
    to: `${PODS.routed1}:80`,
    verdict: 'dropped',
  },
  {
    title: 'a bridge with proxy_arp: the node answers for who has a cable of his own, and routes the packet',
    pods: ['client', 'routed1'],
    inPod: { client: `ip route add ${PODS.routed1} dev eth0` },
    node: 'sysctl -qw net.ipv4.conf.cni0.proxy_arp=1',
    from: client,
    to: `${PODS.routed1}:80`,
    verdict: 'connected',
  },
  {
    title: 'a pod that takes for its neighbour who has a cable of his own',
    pods: ['client', 'routed1'],
    inPod: { client: `ip route add ${PODS.routed1} dev eth0` },
    node: `nat PREROUTING -p tcp -j DNAT --to-destination ${PODS.routed1}:80`,
    from: client,
    to: `${PODS.routed1}:80`,
    verdict: 'dropped',
  },
  {
    title: 'over IPv6 nobody answers for an address that he does not have',
    ipv6: true,
    pods: ['routed1'],
    node: 'ip -6 route add fd10::9 dev veth-routed1',
    from: 'node',
    to: '[fd10::9]:80',
    verdict: 'dropped',
  },
  {
    title: 'over IPv6 nor for one of another interface',
    ipv6: true,
    pods: ['routed1'],
    inPod: { routed1: 'ip addr add fd10::9/128 dev lo' },
    node: 'ip -6 route add fd10::9 dev veth-routed1',
    from: 'node',
    to: '[fd10::9]:80',
    verdict: 'dropped',
  },
  {
    title: 'over IPv6 for every one of the interface that is asked',
    ipv6: true,
    pods: ['routed1'],
    inPod: { routed1: 'ip addr add fd10::9/128 dev eth0' },
    node: 'ip -6 route add fd10::9 dev veth-routed1',
    from: 'node',
    to: '[fd10::9]:80',
    verdict: 'connected',
  },
  {
    title: 'a node answers for what a policy rule makes local, too',
    pods: ['client'],
    node: claims('10.9.0.77'),
    from: client,
    to: '10.9.0.77:80',
    verdict: 'dropped',
  },
  {
    title: 'the same for an address that a pod has: whoever answers first gets the packet',
    pods: ['client', 'server1'],
    strangers: true,
    node: `${claims(PODS.server1)}\nfilter FORWARD -p tcp -j DROP`,
    from: client,
    to: `${PODS.server1}:80`,
    verdict: 'dropped',
    times: 3,
  },
]);
