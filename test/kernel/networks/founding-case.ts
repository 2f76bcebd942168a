import type { Network, Plan, Space } from '../lab/network';
import type { ObservedLeg } from '../lab/legs';
import { docker, masquerade } from './docker';
import { kubeProxy, type Service, type Settings } from './kube-proxy';
import { type NodePlan, type Site, twoNodes } from './two-nodes';

/*
 * The founding case in the addresses of the oracle (one LAN) and of the document's second environment (two LANs and a
 * router). Service 10.0.0.103 is pod g4 on the master.
 */

const G4: Service = { name: 'g4', address: '10.0.0.103', port: 80, endpoints: ['10.1.63.3:80'] };

const SERVICES: readonly Service[] = [
  { name: 'kubernetes:https', address: '10.0.0.1', port: 443, endpoints: ['192.168.199.238:6443'] },
  { name: 'kube-system/kube-dns:dns', address: '10.0.0.10', port: 53, protocol: 'udp', endpoints: ['10.1.63.2:53'] },
  { name: 'kube-system/kube-dns:dns-tcp', address: '10.0.0.10', port: 53, endpoints: ['10.1.63.2:53'] },
  G4,
  { name: 'g5', address: '10.0.0.2', port: 80, endpoints: ['10.1.63.4:80'] },
  // The document has no service whose pod is on the worker; this one is for "would fail too".
  { name: 'g6', address: '10.0.0.106', port: 80, endpoints: ['10.1.9.6:80'] },
];

interface NodeRules {
  readonly proxy?: Settings;
  /** Commands after kube-proxy's and Docker's. */
  readonly more?: string;
}

type Place = Omit<NodePlan, 'setup'>;

function oracleNode(place: Place, { proxy, more = '' }: NodeRules): NodePlan {
  return { ...place, setup: [kubeProxy([G4], proxy), masquerade(place.pods), more, ''].join('\n') };
}

/** oracle/repro-flannel-asym.sh, with a pod on the worker, too. */
export function oracle(overlay: Site['overlay'], worker: NodeRules = {}, master: NodeRules = {}): Plan {
  return twoNodes(oracleSite(overlay, worker, master));
}

export function oracleSite(overlay: Site['overlay'], worker: NodeRules = {}, master: NodeRules = {}): Site {
  const routes = ['default via 192.168.1.1'];
  return {
    overlay,
    services: [G4],
    worker: oracleNode({ address: '192.168.1.12', pods: '10.1.12', routes, running: { alpine: 2 } }, worker),
    master: oracleNode({ address: '192.168.1.11', pods: '10.1.63', routes, running: { g4: 3 } }, master),
    router: { kind: 'unseen', addresses: ['192.168.1.1'] },
  };
}

function documentNode(place: Place): NodePlan {
  return { ...place, setup: [kubeProxy(SERVICES), docker(place.pods)].join('\n') };
}

/** The document's second environment; `router`: whether the snapshot shows it, and what more it does. */
export function secondEnvironment(router?: Pick<Space, 'kind' | 'setup'>): Plan {
  return twoNodes(documentSite('tun', router));
}

export function documentSite(
  overlay: Site['overlay'],
  router: Pick<Space, 'kind' | 'setup'> = { kind: 'unseen' },
): Site {
  return {
    overlay,
    services: SERVICES,
    worker: documentNode({
      address: '192.168.1.12',
      pods: '10.1.9',
      routes: ['default via 192.168.1.1', '192.168.199.0/24 via 192.168.1.4'],
      running: { alpine: 2, g6: 6 },
    }),
    master: documentNode({
      address: '192.168.199.238',
      pods: '10.1.63',
      routes: ['default via 192.168.199.1'],
      running: { 'kube-dns': 2, g4: 3, g5: 4 },
      serves: ['tcp 0.0.0.0:6443'],
    }),
    router: { ...router, addresses: ['192.168.1.1', '192.168.1.4', '192.168.199.1'] },
  };
}

/** `0`: every interface; `1:0:2`: conf.all, eth0, the tunnel. */
export async function setRpFilter(network: Network, node: string, spec: string, tunnel: string): Promise<void> {
  const [all = '0', eth0 = '0', own = '0'] = spec.includes(':') ? spec.split(':') : ['0', spec, spec];
  // The dot of flannel.1 is part of the name.
  const keys = [`all/rp_filter=${all}`, `eth0/rp_filter=${eth0}`, `${tunnel}/rp_filter=${own}`];
  await network.run(node, `sysctl -qw ${keys.map((key) => `net/ipv4/conf/${key}`).join(' ')}`);
}

/** Adds or removes the rule that cures the worker. */
export async function setMasquerade(network: Network, tunnel: string, on: boolean): Promise<void> {
  const rule = `POSTROUTING -o ${tunnel} -j MASQUERADE`;
  await network.run('worker', `iptables -t nat -D ${rule} 2>/dev/null || true\n${on ? `nat ${rule}` : ''}`);
}

/** Whether a packet was seen at `NODE INTERFACE`. */
export function seenOn(leg: ObservedLeg, place: string): boolean {
  return leg.seen.some((one) => `${one.space} ${one.interface}` === place);
}
