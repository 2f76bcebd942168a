import type { Cluster } from '../../../src/core/snapshot/cluster';
import { splitPort } from '../../../src/core/trace/endpoint';
import { TCP } from '../../../src/core/net/protocol';
import type { Verdict } from '../../../src/core/trace/result';
import type { ClientResult } from './agent';
import { entryTexts } from './entries';
import { Flow, type LegName, type PacketName } from './flow';
import { emptyLeg, type ObservedLeg, type Seen, sortIntoLegs } from './legs';
import { nameOf, socketText } from './names';
import type { Network } from './network';
import { wayOf } from './wire';

/** What is sent. `from` is a space of the network. */
export interface Question {
  readonly from: string;
  /** What the tracer is asked instead: `outside:…` for a space that the snapshot does not show. */
  readonly asks?: string;
  readonly to: string;
  readonly protocol?: 'tcp' | 'udp' | 'icmp';
  /** How long the client waits: by default not until TCP sends anything again, which it does after a second. */
  readonly seconds?: number;
  /** What no snapshot can tell of it, and the tracer says it does not know. */
  readonly unknowns?: readonly string[];
}

/** What the kernel did. */
export interface Observation {
  readonly verdict: Verdict;
  readonly client: ClientResult;
  /** The source that the server sees, where the request got there. */
  readonly source: string | undefined;
  readonly legs: Readonly<Record<LegName, ObservedLeg>>;
  readonly accepted: boolean;
  /** Whether the packet was not sent at all, for want of a neighbour's MAC address. */
  readonly askedInVain: boolean;
  /** Whether the server refused with a RST: it ends the entry of connection tracking, too. */
  readonly reset: boolean;
  /** Entries of connection tracking that the attempt left, by space. */
  readonly connections: ReadonlyMap<string, readonly string[]>;
  /** By how much the counters of each space grew. */
  readonly counted: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** Where the ICMP error or RST that refuses it, which is no leg of a trace, was seen last: it may be dropped there. */
  readonly refusalEnd: string | undefined;
  readonly sourcePort: number;
  /** It took longer than TCP waits before it sends something again, or some of what the kernel told was lost. */
  readonly late: boolean;
  /** Nothing is told of the rules of a node that has seen it: none matched, or all of that was lost. */
  readonly silent: boolean;
}

/** TCP_TIMEOUT_INIT (include/net/tcp.h), less what starting takes. */
const SENT_AGAIN_MS = 950;
const PATIENCE_SECONDS = 0.6;

let lastPort = 20000;
/** A source port that no attempt of this process has used: it tells the attempts apart. */
export function freshPort(): number {
  return ++lastPort;
}

/** Ends what earlier attempts left: their connections, and what is still being asked on their behalf. */
export async function forget(network: Network): Promise<void> {
  await network.agent.forget(network.spaces('host', 'pod').map((space) => network.namespace(space)));
}

/** Sends a packet through a network whose state is `cluster`, and watches. `drawn`: NAT may draw a port for it. */
export async function observe(
  network: Network,
  cluster: Cluster,
  { from, to, protocol = 'tcp', seconds = PATIENCE_SECONDS }: Question,
  sourcePort: number,
  drawn: boolean,
): Promise<Observation> {
  const hosts = network.spaces('host');
  const { agent } = network;
  await forget(network);
  const before = await countersOf(network);
  await agent.take();
  const { host: address, port } = splitPort(to);
  // Four bytes: as long as the tracer's datagrams.
  const begin = performance.now();
  const token = `Q${sourcePort.toString(36).padStart(3, '0')}`;
  const told = await agent.send({
    namespace: network.namespace(from),
    protocol,
    address,
    port: Number(port ?? 0),
    sport: sourcePort,
    token,
    seconds,
  });
  const records = (await agent.take()).map((record) => ({ ...record, space: network.spaceOf(record.space) }));
  const after = await countersOf(network);
  const slow = seconds === PATIENCE_SECONDS && performance.now() - begin > SENT_AGAIN_MS;
  const counted = new Map([...after].map(([space, values]) => [space, difference(before.get(space) ?? {}, values)]));

  const legs = sortIntoLegs(cluster, records, new Flow(token, network.ports));
  network.ports.add(sourcePort);
  const late = slow || records.some(({ kind }) => kind === 'lost');
  const silent = isSilent(cluster, [...legs.values()]);
  const leg = (name: PacketName): ObservedLeg => legs.get(name) ?? emptyLeg();
  const isHere = (one: Seen): boolean => one.space === from && one.direction === 'in';
  const reached = leg('data').seen.some(isHere);
  // What is sent again draws anew what rules leave to chance: the answer that was read is not the first.
  const again =
    leg('data').seen.length > 0 &&
    leg('other').seen.some((one) => isHere(one) && one.packet.proto === TCP && one.packet.payload.length > 0);
  // Whose acknowledgement of the answer is refused is told of that before it has read the answer.
  const refused = told.error === 'ECONNRESET' && reached;
  const client = again
    ? { ...told, answered: false }
    : refused
      ? { ...told, connected: true, answered: true, error: null }
      : told;
  const entries = await agent.connections(hosts.map((host) => network.namespace(host)));
  const connections = new Map(
    hosts.map((host) => [host, entryTexts(entries[network.namespace(host)] ?? [], sourcePort, drawn, network.ports)]),
  );

  const ruleRejects = [...leg('request').matched.values()].flat().some((text) => / -j REJECT /.test(text));
  const accepted = records.find((record) => record.kind === 'accepted');
  // Whoever answers has got the request; who refuses by a rule has not let it in.
  const answered = [leg('reply'), ...(ruleRejects ? [] : [leg('reset')])].find(
    ({ seen, matched }) => seen.length > 0 || matched.size > 0,
  );
  const closed = client.error === 'ECONNREFUSED' && !ruleRejects;
  const last = leg('request').seen.at(-1)?.space ?? from;
  const seen = verdictOf(client, {
    arrived: answered !== undefined || accepted !== undefined || closed,
    accepted: accepted !== undefined || protocol === 'icmp',
    refused: ruleRejects || closed,
    replied: leg('reply').seen.length > 0,
  });
  // ip_forward counts what it drops for its TTL; ip6_forward counts that like other things.
  const expired =
    records.some(({ kind }) => kind === 'expired') ||
    // Where an error used up its TTL, the count is of that, unless the request used up its own.
    ((!isLast(leg('error')) || isLast(leg('request'))) &&
      [...counted.values()].some((of) => of['IpInHdrErrors'] !== undefined)) ||
    leg('error').seen.some(({ packet }) => packet.src.family === 6 && packet.icmpType === 3);
  const verdict = expired && seen !== 'connected' && seen !== 'no-reply' ? 'loop' : seen;
  const arrival = answered || closed ? leg('request').seen.findLast((one) => one.direction === 'in') : undefined;
  return {
    verdict,
    client,
    source: accepted
      ? socketText(accepted.peer[0], accepted.peer[1])
      : arrival && wayOf(arrival.packet).split(' > ')[0],
    legs: {
      request: leg('request'),
      // The way of the RST that makes a connection refused is no leg of the trace; the way of one that is lost is.
      reply: answered && verdict !== 'rejected' ? answered : leg('reply'),
      ack: leg('ack'),
      data: leg('data'),
    },
    accepted: accepted !== undefined,
    askedInVain: verdict === 'dropped' && (await agent.asking(network.namespace(last))),
    reset: leg('reset').seen.length > 0 || leg('reset').matched.size > 0,
    connections,
    counted,
    refusalEnd: [...leg('error').seen, ...leg('reset').seen].findLast((one) => one.direction === 'in')?.space,
    sourcePort,
    late,
    silent,
  };
}

/** Whether no rule is told of that packets met in a namespace that has some, and on whose interfaces they were seen. */
function isSilent(cluster: Cluster, legs: readonly ObservedLeg[]): boolean {
  const telling = new Set(legs.flatMap(({ matched }) => [...matched.keys()].map((key) => key.split(' ')[0])));
  const carrying = new Set(legs.flatMap(({ seen }) => seen.map(({ space }) => space)));
  return cluster.namespaces.some((namespace) => {
    const space = nameOf(namespace.node, namespace.name);
    const traced = ([4, 6] as const).some((family) => namespace.netfilter(family).tables.length > 0);
    return carrying.has(space) && !telling.has(space) && traced;
  });
}

/** Whether it was an error that went round, on its way back to the sender, until its TTL was used up. */
function isLast({ seen }: ObservedLeg): boolean {
  return seen.some(({ packet }) => packet.ttl <= 1);
}

function verdictOf(
  { error, connected, answered }: ClientResult,
  happened: { arrived: boolean; accepted: boolean; refused: boolean; replied: boolean },
): Verdict {
  // A rule of the sender's own OUTPUT.
  if (error === 'EPERM') return 'dropped';
  // A server to whom the packet after the SYN+ACK belongs to nothing, or a rule that refuses that packet.
  if (error === 'ECONNRESET' || (error !== null && happened.replied)) return 'no-reply';
  if (error !== null) return happened.refused ? 'rejected' : 'unroutable';
  if (connected && answered && happened.accepted) return 'connected';
  return happened.arrived ? 'no-reply' : 'dropped';
}

async function countersOf(network: Network): Promise<Map<string, Readonly<Record<string, number>>>> {
  const spaces = network.spaces('host', 'pod');
  const found = await network.agent.counters(spaces.map((space) => network.namespace(space)));
  return new Map(spaces.map((space) => [space, found[network.namespace(space)] ?? {}]));
}

function difference(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).flatMap(([key, value]) => (value === before[key] ? [] : [[key, value - (before[key] ?? 0)]])),
  );
}
