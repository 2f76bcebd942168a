import type { Plan, Space } from '../lab/network';
import type { Service } from './kube-proxy';

/*
 * The founding case: a worker and a master with a bridge for pods each, an overlay between the pod subnets, and pods
 * on the master. What the nodes' rules are is added by the test.
 */

export interface Site {
  readonly overlay: 'tun' | 'vxlan' | 'host-gw';
  readonly worker: NodePlan;
  readonly master: NodePlan;
  /** Whether Kubernetes runs them, or they are containers with plain names; default: pods. */
  readonly runs?: 'pods' | 'containers';
  /** What kube-proxy's rules are of; the registry of a real cluster has them, too. */
  readonly services: readonly Service[];
  /** Between the nodes: a LAN for both, or one for each if their networks differ. */
  readonly router: Pick<Space, 'kind' | 'setup'> & { readonly addresses: readonly string[] };
}

export interface NodePlan {
  /** The node's address on the wire. */
  readonly address: string;
  readonly routes: readonly string[];
  /** The beginning of its pods' addresses: `10.1.63` */
  readonly pods: string;
  /** Its pods: names, and the last part of their addresses. */
  readonly running: Readonly<Record<string, number>>;
  /** Servers of the node itself. */
  readonly serves?: readonly string[];
  /** Its rules, and more commands of its setup. */
  readonly setup: string;
}

export function twoNodes(site: Site): Plan {
  const { worker, master } = site;
  const nodes = [
    ['worker', worker, master],
    ['master', master, worker],
  ] as const;
  const spaces: Record<string, Space> = {
    router: { kind: site.router.kind, setup: routerSetup(site) + (site.router.setup ?? '') },
  };
  const cables: [string, string][] = [];
  const acquainted: [string, string][] = [];
  for (const [name, node, other] of nodes) {
    spaces[name] = {
      kind: 'host',
      setup: nodeSetup(site, node, other),
      rules: node.setup,
      serves: node.serves ?? [],
      ...tunnelOf(site, node, other),
    };
    cables.push([`${name}:eth0`, `router:to-${name}`]);
    for (const [pod, last] of Object.entries(node.running)) {
      const space = spaceName(site, name, pod);
      spaces[space] = {
        kind: 'pod',
        setup: podSetup(node.pods, last),
        serves: ['tcp 0.0.0.0:80', 'udp 0.0.0.0:53'],
      };
      cables.push([`${name}:veth-${pod}`, `${space}:eth0`]);
      acquainted.push([name, `${node.pods}.${last}`]);
    }
  }
  return { spaces, cables, acquainted };
}

/** How a trace names a pod of a node. */
export function spaceName({ runs = 'pods' }: Site, node: string, pod: string): string {
  return runs === 'pods' ? `${node}/default/${pod}` : `${node}/${pod}`;
}

function tunnelOf({ overlay }: Site, node: NodePlan, other: NodePlan): Pick<Space, 'tunnel'> {
  if (overlay !== 'tun') return {};
  return {
    tunnel: { device: 'flannel0', bind: node.address, routes: { [`${other.pods}.0/24`]: other.address } },
  };
}

function nodeSetup(site: Site, node: NodePlan, other: NodePlan): string {
  return `
sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1
ip link add docker0 type bridge
ip addr add ${node.pods}.1/24 dev docker0
ip link set docker0 up
${Object.keys(node.running)
  .map((pod) => `ip link set veth-${pod} master docker0 up`)
  .join('\n')}
ip addr add ${node.address}/24 dev eth0
ip link set eth0 up
${node.routes.map((route) => `ip route add ${route}`).join('\n')}
${{ tun: tunSetup, vxlan: vxlanSetup, 'host-gw': gatewaySetup }[site.overlay](node, other)}`;
}

/** flannel's udp backend: one route into the TUN, and flanneld picks the node. */
function tunSetup(node: NodePlan): string {
  return `
ip addr add ${node.pods}.0/16 dev flannel0
ip link set flannel0 mtu 1472 up`;
}

/** flannel's host-gw backend: the other node is the gateway to its pods. */
function gatewaySetup(_: NodePlan, other: NodePlan): string {
  return `ip route add ${other.pods}.0/24 via ${other.address}`;
}

/** flannel's vxlan backend since 0.9: a route, a neighbour and a forwarding entry for each other node. */
function vxlanSetup(node: NodePlan, other: NodePlan): string {
  return `
ip link add flannel.1 address ${vtepMac(node)} type vxlan id 1 local ${node.address} dev eth0 dstport 8472 nolearning
ip addr add ${node.pods}.0/32 dev flannel.1
ip link set flannel.1 up
ip route add ${other.pods}.0/24 via ${other.pods}.0 dev flannel.1 onlink
ip neigh add ${other.pods}.0 lladdr ${vtepMac(other)} dev flannel.1 nud permanent
bridge fdb add ${vtepMac(other)} dev flannel.1 dst ${other.address}`;
}

export function vtepMac({ pods }: NodePlan): string {
  return `02:00:00:00:00:${(pods.split('.')[2] ?? '').padStart(2, '0')}`;
}

function podSetup(pods: string, last: number): string {
  return `
ip addr add ${pods}.${last}/24 dev eth0
ip link set eth0 up
ip route add default via ${pods}.1`;
}

/** One LAN is a bridge; two are two interfaces, and the router forwards between them. */
function routerSetup({ worker, master, router }: Site): string {
  const network = (address: string): string => address.replace(/\.\d+$/, '');
  const oneLan = network(worker.address) === network(master.address);
  if (oneLan)
    return `
sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=0
ip link add lan type bridge
ip link set lan up
ip link set to-worker master lan up
ip link set to-master master lan up
${router.addresses.map((address) => `ip addr add ${address}/24 dev lan`).join('\n')}`;
  return `
sysctl -qw net.ipv4.ip_forward=1
ip link set to-worker up
ip link set to-master up
${router.addresses
  .map(
    (address) =>
      `ip addr add ${address}/24 dev to-${network(address) === network(worker.address) ? 'worker' : 'master'}`,
  )
  .join('\n')}`;
}
