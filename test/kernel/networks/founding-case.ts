import type { Network, Plan } from '../lab/network';
import type { ObservedLeg } from '../lab/observe';
import { kubeProxy, type Settings } from './kube-proxy';
import { type NodePlan, twoNodes } from './two-nodes';

/*
 * The founding case in the addresses of the oracle (one LAN) and of the document's second environment (two LANs and a
 * router). Service 10.0.0.103 is pod g4 on the master.
 */

const G4 = { name: 'G4', address: '10.0.0.103', port: 80, endpoints: ['10.1.63.3:80'] };

/** Docker's rule, and kube-proxy's. */
function rules(pods: string, settings: Settings): string {
  return `${kubeProxy([G4], settings)}
nat POSTROUTING -s ${pods}.0/24 ! -o docker0 -j MASQUERADE`;
}

function node(
  address: string,
  pods: string,
  routes: readonly string[],
  running: NodePlan['running'],
  settings: Settings = {},
): NodePlan {
  return { address, pods, routes, running, setup: rules(pods, settings) };
}

/** oracle/repro-flannel-asym.sh */
export function oracle(overlay: 'tun' | 'vxlan'): Plan {
  const gateway = ['default via 192.168.1.1'];
  return twoNodes({
    overlay,
    worker: node('192.168.1.12', '10.1.12', gateway, {}),
    master: node('192.168.1.11', '10.1.63', gateway, { g4: 3 }),
    router: ['192.168.1.1'],
  });
}

/** `0`: every interface; `1:0:2`: conf.all, eth0, the tunnel. */
export async function setRpFilter(network: Network, node: string, spec: string, tunnel: string): Promise<void> {
  const [all = '0', eth0 = '0', own = '0'] = spec.includes(':') ? spec.split(':') : ['0', spec, spec];
  // The dot of flannel.1 is part of the name.
  const keys = [`all/rp_filter=${all}`, `eth0/rp_filter=${eth0}`, `${tunnel}/rp_filter=${own}`];
  await network.run(node, `sysctl -qw ${keys.map((key) => `net/ipv4/conf/${key}`).join(' ')}`);
}

/** Whether a packet was seen at `NODE INTERFACE`. */
export function seenOn(leg: ObservedLeg, place: string): boolean {
  return leg.seen.some((one) => `${one.space} ${one.interface}` === place);
}
