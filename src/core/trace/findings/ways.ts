import { type Address, ALL_ONES, formatAddress } from '../../net/address';
import { contains, covers, formatPrefix, prefixLength } from '../../net/prefix';
import { isFlannelUdp, isOverlay, isVxlan } from '../../overlay/device';
import type { Route } from '../../routing/route';
import type { Cluster, SubnetOwner } from '../../snapshot/cluster';
import type { NetworkNamespace } from '../../snapshot/namespace';
import type { EvidenceLine, Fix, Step } from '../result';
import type { Fate } from '../simulator/fate';
import type { Cause, Failure, Untitled } from './cause';
import { describe, evidenceOf, routeOf, sentence, WHAT } from './words';

/* Packets to pods that a route leads away from the node of the pod. */

/** Ends of a packet that went astray. */
const ASTRAY: ReadonlySet<Fate['cause']> = new Set([
  'no-route',
  'outside',
  'neighbour',
  'martian',
  'ttl',
  'no-owner',
  'ip-forward',
  undefined,
]);

export const podSubnetRoute: Cause = (failure) => {
  const { cluster, traced } = failure;
  if (!ASTRAY.has(traced.fate.cause)) return undefined;
  const { dst } = traced.received;
  if (traced.fate.stack.namespace.holder(dst)) return undefined;
  const owner = cluster.subnetOwner(dst);
  if (!owner) return undefined;
  for (const step of traced.leg.steps) {
    if (step.kind !== 'route' || step.namespace !== 'host' || step.packet.dst !== formatAddress(dst)) continue;
    const namespace = cluster.node(step.node)?.host;
    const found = namespace && misrouted(failure, namespace, step, owner);
    if (found) return found;
  }
  return undefined;
};

/** What is wrong with the route that a node took to a pod subnet; undefined where it leads to the subnet's node. */
function misrouted(
  failure: Failure,
  namespace: NetworkNamespace,
  step: Step,
  owner: SubnetOwner,
): Untitled | undefined {
  const { cluster, name, traced } = failure;
  const own = owner.node.name === namespace.node;
  const route = routeOf(namespace, step);
  const hop = route?.nextHops[0];
  const device = hop?.device === undefined ? undefined : namespace.interface(hop.device);
  const holder = hop?.gateway && cluster.underlayHolder(hop.gateway)?.node;
  // The pods of a bridge, or one with a cable of its own, as Calico has them.
  const isAtEnd =
    device?.addresses.some((one) => contains(one.network, traced.received.dst)) === true ||
    (route?.destination.mask === ALL_ONES[route?.destination.family ?? 4] && hop?.gateway === undefined);
  const leadsThere = own
    ? isAtEnd && device !== undefined && !isOverlay(device)
    : (device !== undefined && isOverlay(device)) || holder === owner.node;
  if (leadsThere) return undefined;
  const subnet = formatPrefix(owner.subnet);
  const what = `${sentence(WHAT[name])} to ${describe(cluster, traced.received.dst)}`;
  const whose = own ? `its own pod subnet` : `the pod subnet of ${owner.node.name}`;
  const base = { severity: 'error', node: namespace.node, evidence: evidenceOf([step]) } as const;
  if (!route || route.destination.mask === 0n) {
    const way = route ? `and follows "${route.text}"` : 'and ends there';
    return {
      ...base,
      code: 'pod-route-missing',
      title: `${namespace.node} has no route to ${subnet}, ${whose}`,
      message: `${what} finds no route to ${subnet}, ${whose}, on ${namespace.node}, ${way}`,
      fix: own ? null : routeFix(cluster, namespace, owner),
    };
  }
  const wider = (prefixLength(route.destination) ?? 0) < (prefixLength(owner.subnet) ?? 0);
  const where = holder?.name ?? hop?.device ?? '';
  const others = besides(namespace, route, traced.received.dst);
  return {
    ...base,
    evidence: [...base.evidence, ...others.evidence],
    code: wider ? 'pod-route-overlapping' : 'pod-route-stale',
    title: `a route of ${namespace.node} leads ${subnet}, ${whose}, to ${where}`,
    message: `${what} follows "${route.text}" on ${namespace.node}, to ${where}: ${
      wider ? `that network covers ${subnet}, ${whose}` : `${subnet} is ${whose}${others.words}`
    }`,
    fix: wider
      ? routeFix(cluster, namespace, owner)
      : { title: `Delete that route on ${namespace.node}`, changes: [deletion(namespace, route)] },
  };
}

function deletion(namespace: NetworkNamespace, route: Route): Fix['changes'][number] {
  return { kind: 'route', node: namespace.node, route: `del ${route.text.trim()}` };
}

/** Other routes to the same prefix, which the first hides. */
function besides(namespace: NetworkNamespace, route: Route, dst: Address): { words: string; evidence: EvidenceLine[] } {
  const same = (namespace.routes(4)?.routes ?? []).filter(
    (one) => one !== route && contains(one.destination, dst) && covers(one.destination, route.destination),
  );
  const [hidden] = same.filter((one) => one.table === route.table && one.destination.mask === route.destination.mask);
  if (!hidden) return { words: '', evidence: [] };
  return {
    words: `, and "${hidden.text}" comes behind`,
    evidence: [
      { node: namespace.node, namespace: namespace.name, output: 'ip-route', line: hidden.line, text: hidden.text },
    ],
  };
}

/** The route that flannel would make, by the device that the node has. */
function routeFix(cluster: Cluster, namespace: NetworkNamespace, owner: SubnetOwner): Fix | null {
  const subnet = formatPrefix(owner.subnet);
  const devices = namespace.interfaces ?? [];
  const vxlan = devices.find(isVxlan);
  const udp = devices.find(isFlannelUdp);
  const direct = onLink(cluster, namespace, owner);
  const route = vxlan
    ? `${subnet} via ${formatAddress(owner.subnet)} dev ${vxlan.name} onlink`
    : udp
      ? `${subnet} dev ${udp.name}`
      : direct && `${subnet} via ${formatAddress(direct.gateway)} dev ${direct.device}`;
  if (route === undefined) return null;
  const title = `Add a route to ${subnet} on ${namespace.node}`;
  return { title, changes: [{ kind: 'route', node: namespace.node, route }] };
}

/** An address of the subnet's node on a network that both are on, and the interface that leads there. */
function onLink(
  cluster: Cluster,
  namespace: NetworkNamespace,
  owner: SubnetOwner,
): { gateway: Address; device: string } | undefined {
  const gateways = (owner.node.host?.interfaces ?? [])
    .flatMap((one) => one.addresses.map(({ address }) => address))
    .filter((address) => cluster.underlayHolder(address)?.node === owner.node);
  for (const { name, addresses } of (namespace.interfaces ?? []).filter((one) => !isOverlay(one))) {
    const gateway = gateways.find((address) => addresses.some(({ network }) => contains(network, address)));
    if (gateway) return { gateway, device: name };
  }
  return undefined;
}
