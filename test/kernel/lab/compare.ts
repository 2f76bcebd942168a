import { protocolName } from '../../../src/core/net/protocol';
import { UDP_PORT, VXLAN_PORT } from '../../../src/core/overlay/flannel';
import type { Cluster } from '../../../src/core/snapshot/cluster';
import type { Leg, Outcome, Sighting, Step } from '../../../src/core/trace/result';
import { type LegName, LEGS } from './flow';
import { describePolicy, describeRule } from './matched-rules';
import type { ObservedLeg, Seen } from './legs';
import { nameOf, socketText } from './names';
import type { Observation } from './observe';
import { withoutHash } from './entries';
import { wayOf } from './wire';

/**
 * Where an outcome and what the kernel did disagree; empty where they agree in everything.
 *
 * @param drawn whether the tracer says that NAT draws a port
 * @param others what else may happen by chance
 */
export function disagreements(
  cluster: Cluster,
  outcome: Outcome,
  observation: Observation,
  drawn: boolean,
  others: readonly Outcome[] = [],
): string[] {
  const found: string[] = [];
  const plain = drawn ? undrawn(outcome, observation) : (text: string) => text;
  const compare = (what: string, predicted: string | undefined, real: string | undefined): void => {
    if (predicted !== real)
      found.push(`${what}: predicted ${predicted ?? 'nothing'}, the kernel: ${real ?? 'nothing'}`);
  };
  const compareLists = (what: string, predicted: readonly string[], real: readonly string[]): void => {
    if (predicted.join('\n') === real.join('\n')) return;
    found.push([`${what}:`, '    predicted', ...indent(predicted), '    the kernel', ...indent(real)].join('\n'));
  };

  // TCP is told after three seconds that no neighbour answers.
  const silence = observation.askedInVain && outcome.request.steps.at(-1)?.effect.startsWith('not sent') === true;
  // Who refuses a packet tells its sender, if there is a way back; the sender may have heard nothing.
  const untold =
    observation.verdict === 'dropped' &&
    (outcome.verdict === 'rejected' || (outcome.verdict === 'unroutable' && isOutOfSight(outcome)));
  // A server that finds no way back to the client does not take its SYN at all.
  const mute =
    observation.verdict === 'dropped' &&
    outcome.reply?.verdict === 'unroutable' &&
    outcome.reply.captures.length === 0 &&
    outcome.reply.steps.every(({ kind }) => kind !== 'rule' && kind !== 'policy');
  const verdict = silence ? 'unroutable' : untold || mute ? outcome.verdict : observation.verdict;
  // A datagram's sender is told that the way of a packet is lost in OUTPUT; of TCP it is silently dropped.
  const lostInOutput = /after the rules changed the packet$|refuses it behind OUTPUT$/.test(
    outcome.request.reason ?? '',
  );
  if (!lostInOutput || verdict !== 'unroutable') compare('verdict', outcome.verdict, verdict);
  const { received, steps } = outcome.request;
  // What INPUT does to the source only a server sees that has accepted.
  const hidden =
    !observation.accepted &&
    steps.some(({ hook, table, effect }) => hook === 'INPUT' && table === 'nat' && effect.startsWith('SNAT'));
  if (!hidden && !mute)
    compare(
      'source that the server sees',
      received ? socketText(received.src, received.sport) : undefined,
      observation.source && plain(observation.source),
    );
  const compareRules = (
    what: string,
    predicted: ReadonlyMap<string, string[]>,
    real: ReadonlyMap<string, string[]>,
  ): void => {
    for (const key of new Set([...predicted.keys(), ...real.keys()]))
      compareLists(
        `rules of ${what} on ${key}`,
        comparable(cluster, key, predicted.get(key)),
        comparable(cluster, key, real.get(key)),
      );
  };
  for (const name of LEGS) {
    const leg = outcome[name];
    const real = observation.legs[name];
    if (outcome.verdict === 'loop') {
      compareLists(
        `captures of the ${name}`,
        [...new Set(predictedCaptures(cluster, leg, false))],
        [...new Set(realCaptures(cluster, real.seen, plain))],
      );
      continue;
    }
    const outer = `the outer packet of the ${name}`;
    compareLists(
      `captures of the ${name}`,
      predictedCaptures(cluster, leg, false),
      realCaptures(cluster, real.seen, plain),
    );
    compareLists(
      `captures of ${outer}`,
      predictedCaptures(cluster, leg, true),
      realCaptures(cluster, real.outer.seen, plain),
    );
    compareRules(`the ${name}`, predictedRules(leg?.steps ?? []), real.matched);
    compareRules(outer, predictedRules(outerSteps(leg)), real.outer.matched);
    compareEnd(name, leg, real, cluster, compare);
  }
  // A RST ends the entry, also one that its own rules refuse; an ICMP error takes its own way back.
  const refused =
    LEGS.some((name) => outcome[name]?.verdict === 'rejected') ||
    observation.reset ||
    observation.verdict === 'rejected' ||
    observation.client.error === 'ECONNRESET' ||
    isUnwanted(outcome);
  for (const [space, real] of refused ? [] : observation.connections) {
    // What data opened that nobody waits for may be ended by the RST that answers it.
    const passing = outcome.verdict === 'connected' ? [] : predictedConnections(outcome, space, ['data']);
    const lasting = predictedConnections(outcome, space, LEGS).filter((text) => !passing.includes(text));
    // What is sent after the last of these packets may be carried in a tunnel that they have not met.
    const theirs = real
      .map(plain)
      .filter((text) => !passing.includes(text) && (!isTunnel(text) || lasting.includes(text)));
    // Packets after the last of these draw anew whether, and in which zone, they are tracked.
    const may = others.flatMap((other) => predictedConnections(other, space, LEGS));
    const known = theirs.filter((text) => lasting.includes(text) || !may.includes(text));
    compareLists(`connections on ${space}`, lasting.sort(), known.sort());
  }
  for (const [space, counted] of observation.counted) {
    const dropped = dropsByRpFilter(outcome, space, LEGS);
    const real = counted['TcpExtIPReversePathFilter'] ?? 0;
    const withRefusal = observation.refusalEnd === space && real === dropped + 1;
    // A server soon sends its data again.
    const sentAgain = real > dropped && dropsByRpFilter(outcome, space, ['data']) > 0;
    compare(
      `packets dropped by rp_filter on ${space}`,
      String(dropped),
      String(withRefusal || sentAgain ? dropped : real),
    );
  }
  return found;
}

/** Whether the server's last packet arrives where no socket waits for it: over TCP it is answered by a RST. */
function isUnwanted({ verdict, reply, ack, data }: Outcome): boolean {
  const last = data ?? (ack ? undefined : reply);
  return verdict === 'no-reply' && last?.verdict === 'delivered' && last.sent.proto === 'tcp';
}

/** After an IPv4 address, or one in brackets. */
const PORT = /(?<=\]|(?:\d+\.){3}\d+):(\d+)\b/g;

/** Takes the ports that the trace does not know, in the order they are seen in, for those it shows for drawn ones. */
function undrawn(outcome: Outcome, observation: Observation): (text: string) => string {
  const known = portsOf(outcome);
  const real = new Set<number>();
  for (const name of LEGS)
    for (const { packet } of [...observation.legs[name].seen, ...observation.legs[name].outer.seen])
      for (const port of [packet.sport, packet.dport]) if (port !== undefined) real.add(port);
  const entries = [...observation.connections.values()].flat();
  for (const text of entries) for (const [, port] of text.matchAll(PORT)) real.add(Number(port));
  const shown = [...known].filter((port) => !real.has(port) && isPlaceholder(port, outcome));
  const drawn = new Map([...real].filter((port) => !known.has(port)).map((port, at) => [port, shown[at] ?? port]));
  return (text) => text.replace(PORT, (_, port) => `:${drawn.get(Number(port)) ?? port}`);
}

/** In the order of their appearance. */
function portsOf(outcome: Outcome): Set<number> {
  const legs = LEGS.flatMap((name) => outcome[name] ?? []);
  const packets = legs.flatMap(({ captures }) => captures.map(({ packet }) => packet));
  const entries = legs.flatMap(({ steps }) => steps.filter(({ kind }) => kind === 'conntrack').map(({ text }) => text));
  const inEntries = entries.flatMap((text) => [...text.matchAll(PORT)].map(([, port]) => Number(port)));
  return new Set(
    [...packets.flatMap(({ sport, dport }) => [sport, dport]), ...inEntries].filter((one) => one !== null),
  );
}

/** Whether it is among the first of a range that the kernel draws from. */
function isPlaceholder(port: number, outcome: Outcome): boolean {
  const steps = LEGS.flatMap((name) => outcome[name]?.steps ?? []);
  const ranges = steps.flatMap(({ text }) =>
    [...text.matchAll(/(?::|--to-ports )(\d+)-\d+/g)].map(([, from]) => Number(from)),
  );
  return [1, 600, 1024, ...ranges].some((from) => port >= from && port < from + 20);
}

const TUNNEL = new RegExp(`:(?:${UDP_PORT}|${VXLAN_PORT})\\b`);

function isTunnel(connection: string): boolean {
  return connection.startsWith('UDP ') && TUNNEL.test(connection);
}

/** Whether the request has been in another namespace than that of its sender, from which it may have come back, or ended in a tunnel. */
function isOutOfSight({ request: { steps, end } }: Outcome): boolean {
  const [first] = steps;
  return (
    steps.at(-1)?.kind === 'tunnel' ||
    [...steps, end].some(({ node, namespace }) => node !== first?.node || namespace !== first.namespace)
  );
}

/** A leg that is not delivered ends where the packet was seen last: on an interface, or the bridge that it is a port of. */
function compareEnd(
  name: LegName,
  leg: Leg | null,
  { seen }: ObservedLeg,
  cluster: Cluster,
  compare: (what: string, predicted: string | undefined, real: string | undefined) => void,
): void {
  const last = seen.at(-1);
  if (!leg || leg.verdict === 'delivered' || last?.direction !== 'in') return;
  const { node, namespace, interface: device } = leg.end;
  const master = cluster.node(node ?? '')?.host?.interface(last.interface)?.master;
  if (master !== undefined && device === master) return;
  // What is not sent, or dropped by POSTROUTING, ends at the interface that it was to leave by: nothing is seen there.
  const end = leg.steps.at(-1);
  if (end?.hook === 'POSTROUTING' || end?.effect.startsWith('not sent') === true) return;
  compare(`end of the ${name}`, `${nameOf(node, namespace)} ${device ?? ''}`, `${last.space} ${last.interface}`);
}

function indent(lines: readonly string[]): string[] {
  return lines.length === 0 ? ['      nothing'] : lines.map((line) => `      ${line}`);
}

/**
 * Without the rules that make the kernel tell its way, which are the test's own. Where both flavours have rules, it is a
 * matter of their order whether a chain that lets everything pass is still met.
 */
function comparable(cluster: Cluster, place: string, rules: readonly string[] = []): string[] {
  const space = place.replace(/ (?:nft|legacy)$/, '');
  const namespace = cluster.namespaces.find((one) => nameOf(one.node, one.name) === space);
  const flavours = new Set(
    ([4, 6] as const).flatMap((family) => namespace?.netfilter(family).tables.map(({ flavour }) => flavour) ?? []),
  );
  return rules.filter((text) => !text.endsWith('-j TRACE') && !(flavours.size > 1 && text.endsWith(' policy ACCEPT')));
}

/** The test's captures are not promiscuous: that would change what a bridge does. */
function predictedCaptures(cluster: Cluster, leg: Leg | null, outer: boolean): string[] {
  const known = knownSpaces(cluster);
  return (leg?.captures ?? [])
    .filter((one) => one.outer === outer && one.promiscuous !== true)
    .filter((one) => known.has(nameOf(one.node, one.namespace)))
    .map(describeSighting)
    .map(withoutHash)
    .sort();
}

function describeSighting({ node, namespace, interface: device, direction, packet }: Sighting): string {
  const way = `${socketText(packet.src, packet.sport)} > ${socketText(packet.dst, packet.dport)}`;
  return `${nameOf(node, namespace)} ${device ?? ''} ${direction} ${packet.proto} ${way}`;
}

function knownSpaces(cluster: Cluster): Set<string> {
  return new Set(cluster.namespaces.map((one) => nameOf(one.node, one.name)));
}

/** What can be compared: captures in namespaces that the snapshot shows. */
function realCaptures(cluster: Cluster, seen: readonly Seen[], plain: (text: string) => string): string[] {
  const known = knownSpaces(cluster);
  return seen
    .filter((one) => known.has(one.space))
    .map(describeSeen)
    .map(withoutHash)
    .map(plain)
    .sort();
}

function describeSeen({ space, interface: device, direction, packet }: Seen): string {
  return `${space} ${device} ${direction} ${protocolName(packet.proto)} ${wayOf(packet)}`;
}

function outerSteps(leg: Leg | null): Step[] {
  return (leg?.steps ?? []).flatMap((step) => step.outer ?? []);
}

function predictedRules(steps: readonly Step[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const step of steps) {
    const text = describeStep(step);
    if (text === undefined) continue;
    const flavour = step.source?.output.includes('legacy') === true ? 'legacy' : 'nft';
    const key = `${nameOf(step.node, step.namespace)} ${flavour}`;
    found.set(key, [...(found.get(key) ?? []), text]);
  }
  return found;
}

function describeStep({ kind, table, chain, rule, text }: Step): string | undefined {
  if (kind === 'rule') return describeRule(table ?? '', chain ?? '', rule ?? 0, text);
  if (kind === 'policy') return describePolicy(table ?? '', chain ?? '', text.split(' ').at(-1) ?? '');
  return undefined;
}

function predictedConnections(outcome: Outcome, space: string, names: readonly LegName[]): string[] {
  const texts = names
    .flatMap((name) => [...(outcome[name]?.steps ?? []), ...outerSteps(outcome[name])])
    .filter((step) => step.kind === 'conntrack' && nameOf(step.node, step.namespace) === space)
    .filter(({ effect }) => !effect.startsWith('dropped'))
    .map((step) => withoutHash(step.text));
  return [...new Set(texts)];
}

/** A martian source is no matter of rp_filter, and not counted; nor is what was dropped inside a bridge. */
function dropsByRpFilter(outcome: Outcome, space: string, legs: readonly LegName[]): number {
  return legs.flatMap((name) => {
    const { steps = [], captures = [] } = outcome[name] ?? {};
    return [...steps, ...outerSteps(outcome[name])].filter(
      ({ node, namespace, kind, effect, text, packet }) =>
        nameOf(node, namespace) === space &&
        kind === 'rp-filter' &&
        effect.startsWith('dropped') &&
        text.includes('rp_filter') &&
        captures.some((one) => one.node === node && one.namespace === namespace && one.interface === packet.in),
    );
  }).length;
}
