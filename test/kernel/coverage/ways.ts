import { parseAddress } from '../../../src/core/net/address';
import type { Cluster } from '../../../src/core/snapshot/cluster';
import { splitPort } from '../../../src/core/trace/endpoint';
import type { Outcome, Sighting, Step } from '../../../src/core/trace/result';
import { LEGS } from '../lab/flow';
import type { Question } from '../lab/observe';
import { NODE_PORT } from '../networks/random/agents';

/** What a packet's way is like, beside the rules it met; `group` and name. */
export type Way = readonly [group: string, name: string];

/** All that there is to be seen. */
export const WAYS: readonly Way[] = [
  ...['connected', 'no-reply', 'dropped', 'rejected', 'unroutable', 'loop'].map((name): Way => ['verdict', name]),
  ...['tcp', 'udp', 'icmp', 'ipv6-icmp'].map((name): Way => ['protocol', name]),
  ...['IPv4', 'IPv6'].map((name): Way => ['family', name]),
  ...['a node', 'a pod', 'outside the snapshot', 'a host beside the cluster'].map((name): Way => ['from', name]),
  ...['a service', 'a NodePort', 'a pod', 'a node', 'no route', 'the sender itself'].map((name): Way => ['to', name]),
  ...[1, 2, 3, 4].map((count): Way => ['network', `nodes: ${count}`]),
  ...['VXLAN', 'TUN', 'host-gw', 'router', 'bridge port', 'cable of its own', 'second wire'].map((name): Way => [
    'way',
    name,
  ]),
  ...['policy rule', 'policy DROP', 'un-NAT of a reply', 'hairpin'].map((name): Way => ['way', name]),
  ...['nft alone', 'legacy alone', 'both flavours'].map((name): Way => ['flavour', name]),
];

/** `group name` of each that is so. */
export function waysOf(cluster: Cluster, question: Question, outcome: Outcome): Set<string> {
  const ways = new Set<string>();
  const is = (group: string, name: string, so = true): void => {
    if (so) ways.add(`${group} ${name}`);
  };
  const { sent } = outcome.request;
  is('verdict', outcome.verdict);
  is('protocol', sent.proto);
  is('family', sent.src.includes(':') ? 'IPv6' : 'IPv4');
  const hosts = cluster.nodes.filter(({ name }) => /^n\d$/.test(name));
  is('network', `nodes: ${hosts.length}`);
  for (const end of endsOf(cluster, question)) is(end[0], end[1]);
  const legs = LEGS.flatMap((name) => outcome[name] ?? []);
  const steps = legs.flatMap((leg) => leg.steps.flatMap((step) => [step, ...(step.outer ?? [])]));
  const sightings = legs.flatMap(({ captures }) => captures);
  for (const name of wiresOf(cluster, sightings)) is('way', name);
  is(
    'way',
    'policy rule',
    steps.some(({ kind, text }) => kind === 'route' && byRule(text)),
  );
  is(
    'way',
    'policy DROP',
    steps.some(({ kind, effect }) => kind === 'policy' && effect.startsWith('dropped')),
  );
  is(
    'way',
    'un-NAT of a reply',
    steps.some(({ kind, text }) => kind === 'nat' && text.startsWith('un-NAT')),
  );
  is(
    'way',
    'hairpin',
    sightings.some((one) => one.direction === 'out' && comesBack(one, sightings)),
  );
  for (const flavour of flavoursOf(steps)) is('flavour', flavour);
  return ways;
}

function endsOf(cluster: Cluster, { from, asks, to }: Question): Way[] {
  const [node = '', ...rest] = from.split('/');
  const { host, port } = splitPort(to);
  const address = parseAddress(host.replace(/[[\]]/g, ''));
  const holders = address ? cluster.holders(address) : [];
  const own = holders.some(
    (one) => one.node.name === node && one.namespace.name === (rest.length > 0 ? rest.join('/') : 'host'),
  );
  const isPod = holders.some(({ namespace }) => namespace.kind !== 'host');
  const place =
    asks !== undefined
      ? 'outside the snapshot'
      : from === 'client'
        ? 'a host beside the cluster'
        : rest.length > 0
          ? 'a pod'
          : 'a node';
  const target = /^(10\.0\.0\.|fd10:)/.test(host)
    ? 'a service'
    : isPod
      ? 'a pod'
      : holders.length > 0
        ? 'a node'
        : 'no route';
  return [
    ['from', place],
    ['to', target],
    ...(port === String(NODE_PORT) ? [['to', 'a NodePort'] as const] : []),
    ...(own ? [['to', 'the sender itself'] as const] : []),
  ];
}

function* wiresOf(cluster: Cluster, sightings: readonly Sighting[]): Generator<string> {
  const at = new Set(sightings.map(({ node, interface: device }) => `${node ?? ''} ${device ?? ''}`));
  const meets = (pattern: RegExp): boolean => [...at].some((place) => pattern.test(place));
  if (meets(/ flannel\.1$/)) yield 'VXLAN';
  if (meets(/ flannel0$/)) yield 'TUN';
  const routers = new Set(sightings.map(({ node }) => node));
  if (routers.has('gw')) yield 'router';
  if (meets(/ eth1$/)) yield 'second wire';
  const ports = [...at].filter((place) => / veth-/.test(place));
  const bridged = (place: string): boolean => {
    const [node = '', device = ''] = place.split(' ');
    return cluster.node(node)?.host?.interface(device)?.master !== undefined;
  };
  if (ports.some(bridged)) yield 'bridge port';
  if (ports.some((place) => !bridged(place))) yield 'cable of its own';
  const crossed = ['n1', 'n2', 'n3', 'n4'].filter((node) => at.has(`${node} eth0`)).length > 1;
  if (crossed && !meets(/ flannel/)) yield 'host-gw';
}

/** Not by one of the kernel's own rules. */
function byRule(text: string): boolean {
  const priority = /\(rule (\d+)/.exec(text)?.[1];
  return priority !== undefined && Number(priority) > 0 && Number(priority) < 32766;
}

/** Out of the interface that it came in on, on its way to a pod. */
function comesBack(sent: Sighting, sightings: readonly Sighting[]): boolean {
  return sightings.some(
    (one) =>
      one.direction === 'in' &&
      one.node === sent.node &&
      one.namespace === sent.namespace &&
      one.interface === sent.interface &&
      one.packet.sport === sent.packet.sport &&
      one.packet.dst !== sent.packet.dst,
  );
}

function flavoursOf(steps: readonly Step[]): Set<string> {
  const met = new Map<string, Set<string>>();
  for (const { node, namespace, source } of steps) {
    const flavour = source && /^ip6?tables(-legacy)?-save$/.exec(source.output);
    if (!flavour) continue;
    const place = `${node} ${namespace}`;
    met.set(place, (met.get(place) ?? new Set()).add(flavour[1] === undefined ? 'nft' : 'legacy'));
  }
  return new Set([...met.values()].map((of) => (of.size > 1 ? 'both flavours' : `${[...of].join()} alone`)));
}
