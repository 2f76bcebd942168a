import type { Network, Plan, Space } from '../lab/network';
import type { ObservedLeg } from '../lab/legs';
import { kubeProxy, type Settings } from './kube-proxy';
import { type NodePlan, type Site, twoNodes } from './two-nodes';

/*
 * The founding case in the addresses of the oracle (one LAN) and of the document's second environment (two LANs and a
 * router). Service 10.0.0.103 is pod g4 on the master.
 */

const G4 = { name: 'G4', address: '10.0.0.103', port: 80, endpoints: ['10.1.63.3:80'] };
/** The document has no service whose pod is on the worker; this one is for "would fail too". */
const G6 = { name: 'G6', address: '10.0.0.106', port: 80, endpoints: ['10.1.9.6:80'] };

function node(
  address: string,
  pods: string,
  routes: readonly string[],
  running: NodePlan['running'],
  { proxy, more = '' }: NodeRules = {},
): NodePlan {
  const docker = `nat POSTROUTING -s ${pods}.0/24 ! -o docker0 -j MASQUERADE`;
  return { address, pods, routes, running, setup: [kubeProxy([G4, G6], proxy), docker, more, ''].join('\n') };
}

interface NodeRules {
  readonly proxy?: Settings;
  /** Commands after kube-proxy's and Docker's. */
  readonly more?: string;
}

/** oracle/repro-flannel-asym.sh, with a pod on the worker, too. */
export function oracle(overlay: Site['overlay'], worker: NodeRules = {}, master: NodeRules = {}): Plan {
  const gateway = ['default via 192.168.1.1'];
  return twoNodes({
    overlay,
    worker: node('192.168.1.12', '10.1.12', gateway, { alpine: 2 }, worker),
    master: node('192.168.1.11', '10.1.63', gateway, { g4: 3 }, master),
    router: { kind: 'unseen', addresses: ['192.168.1.1'] },
  });
}

/** The document's second environment; `router`: whether the snapshot shows it, and what more it does. */
export function secondEnvironment(router: Pick<Space, 'kind' | 'setup'> = { kind: 'unseen' }): Plan {
  return twoNodes({
    overlay: 'tun',
    worker: node('192.168.1.12', '10.1.9', ['default via 192.168.1.1', '192.168.199.0/24 via 192.168.1.4'], {
      alpine: 2,
      g6: 6,
    }),
    master: node('192.168.199.238', '10.1.63', ['default via 192.168.199.1'], { g4: 3, g5: 4 }),
    router: { ...router, addresses: ['192.168.1.1', '192.168.1.4', '192.168.199.1'] },
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
