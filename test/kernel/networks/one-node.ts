import type { Flavour, Plan, Space } from '../lab/network';

/*
 * One node with pods on a bridge (10.9.0.0/24, cni0) and pods on cables of their own, as Calico has them
 * (10.8.0.0/24). On its wire (192.168.5.0/24) is a router that the snapshot does not show.
 */

export const NODE = '192.168.5.10';
export const BRIDGE = '10.9.0.1';

/** The pods there may be, with their addresses. Servers listen on TCP 80 and UDP 53. */
export const PODS = {
  client: '10.9.0.2',
  server1: '10.9.0.3',
  server2: '10.9.0.4',
  server3: '10.9.0.5',
  routed1: '10.8.0.2',
  routed2: '10.8.0.3',
} as const;
export type PodName = keyof typeof PODS;

export interface OneNode {
  readonly pods?: readonly PodName[];
  /** Commands of the node's setup: its rules. */
  readonly node?: string;
  /** More commands of a pod's setup. */
  readonly inPod?: Readonly<Partial<Record<PodName, string>>>;
  /** Servers of the node itself. */
  readonly serves?: readonly string[];
  readonly flavours?: readonly Flavour[];
  readonly ipv6?: boolean;
  /** The node and its pods do not know each other's MAC addresses yet. */
  readonly strangers?: boolean;
}

const SERVERS = ['tcp 0.0.0.0:80', 'udp 0.0.0.0:53'];
const SERVERS6 = ['tcp [::]:80', 'udp [::]:53'];

/** The IPv6 address that goes with an IPv4 one: fd09::3 for 10.9.0.3. */
export function address6(address: string): string {
  const [, second = '', , last = ''] = address.split('.');
  return `fd0${second}::${last}`;
}

export function oneNode({
  pods = [],
  node = '',
  inPod = {},
  serves,
  flavours,
  ipv6 = false,
  strangers = false,
}: OneNode): Plan {
  const bridged = pods.filter((pod) => !pod.startsWith('routed'));
  const routed = pods.filter((pod) => pod.startsWith('routed'));
  const spaces: Record<string, Space> = {
    router: { kind: 'unseen', setup: 'ip addr add 192.168.5.1/24 dev node\nip link set node up' },
    node: {
      kind: 'host',
      setup: nodeSetup(bridged, routed, ipv6),
      rules: node,
      ...(serves && { serves }),
      ...(flavours && { flavours }),
    },
  };
  for (const pod of pods)
    spaces[`node/default/${pod}`] = {
      kind: 'pod',
      setup: (routed.includes(pod) ? routedPod(pod, ipv6, strangers) : bridgedPod(pod, ipv6)) + (inPod[pod] ?? ''),
      serves: [...SERVERS, ...(ipv6 ? SERVERS6 : [])],
    };
  return {
    spaces,
    cables: [
      ['node:eth0', 'router:node'],
      ...pods.map((pod) => [`node:veth-${pod}`, `node/default/${pod}:eth0`] as const),
    ],
    acquainted: (strangers ? [] : bridged).flatMap((pod) =>
      [PODS[pod], ...(ipv6 ? [address6(PODS[pod])] : [])].map((address) => ['node', address] as const),
    ),
    ipv6,
  };
}

function nodeSetup(bridged: readonly PodName[], routed: readonly PodName[], ipv6: boolean): string {
  return `
sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1
ip addr add ${NODE}/24 dev eth0
ip link set eth0 up
ip route add default via 192.168.5.1
ip link add cni0 type bridge
ip addr add ${BRIDGE}/24 dev cni0
ip link set cni0 up
${bridged.map((pod) => `ip link set veth-${pod} master cni0 up`).join('\n')}
${routed
  .map(
    (pod) => `ip link set veth-${pod} address ${cableMac(pod)} up
ip route add ${PODS[pod]} dev veth-${pod} scope link
${ipv6 ? `ip -6 addr add fe80::1/64 dev veth-${pod}\nip -6 route add ${address6(PODS[pod])} dev veth-${pod}` : ''}`,
  )
  .join('\n')}
${ipv6 ? `sysctl -qw net.ipv6.conf.all.forwarding=1\nip addr add ${address6(BRIDGE)}/64 dev cni0` : ''}
`;
}

function bridgedPod(pod: PodName, ipv6: boolean): string {
  return `
ip addr add ${PODS[pod]}/24 dev eth0
ip link set eth0 up
ip route add default via ${BRIDGE}
${ipv6 ? `ip addr add ${address6(PODS[pod])}/64 dev eth0\nip route add default via ${address6(BRIDGE)}` : ''}
`;
}

/** The MAC address of the node's end. */
function cableMac(pod: PodName): string {
  return `02:00:00:00:08:0${PODS[pod].slice(-1)}`;
}

/** As Calico does it: the gateway is an address that nobody has, for which the node answers. */
function routedPod(pod: PodName, ipv6: boolean, stranger: boolean): string {
  return `
ip addr add ${PODS[pod]}/32 dev eth0
ip link set eth0 up
ip route add 169.254.1.1 dev eth0 scope link
ip route add default via 169.254.1.1
${stranger ? '' : `ip neigh add 169.254.1.1 lladdr ${cableMac(pod)} dev eth0 nud permanent`}
${ipv6 ? `ip addr add ${address6(PODS[pod])}/128 dev eth0\nip -6 route add default via fe80::1 dev eth0` : ''}
`;
}
