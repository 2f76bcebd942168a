import { protocolTitle } from '../../../src/core/net/protocol';
import type { Cluster } from '../../../src/core/snapshot/cluster';
import { splitPort } from '../../../src/core/trace/endpoint';
import type { Verdict } from '../../../src/core/trace/result';
import type { AgentRecord, ClientResult } from './agent';
import { command } from './command';
import { Flow, type LegName } from './flow';
import { chainRuns, type RuleEvent } from './matched-rules';
import type { Network } from './network';
import { readPacket, type WirePacket, wayOf } from './wire';

/** What is sent. `from` is a space of the network. */
export interface Question {
  readonly from: string;
  readonly to: string;
  readonly protocol?: 'tcp' | 'udp' | 'icmp';
}

/** A packet on an interface. */
export interface Seen {
  readonly space: string;
  readonly interface: string;
  readonly direction: 'in' | 'out';
  readonly time: number;
  readonly packet: WirePacket;
}

/** One packet's way through the network. */
export interface ObservedLeg {
  /** In order of time. */
  readonly seen: readonly Seen[];
  /** Rules and policies that matched, by space and flavour (`worker nft`). */
  readonly matched: ReadonlyMap<string, readonly string[]>;
}

/** What the kernel did. */
export interface Observation {
  readonly verdict: Verdict;
  readonly client: ClientResult;
  /** The source that the server sees, where the request got there. */
  readonly source: string | undefined;
  readonly legs: Readonly<Record<LegName, ObservedLeg>>;
  /** Entries of connection tracking that the attempt left, by space. */
  readonly connections: ReadonlyMap<string, readonly string[]>;
  /** By how much the counters of each space grew. */
  readonly counted: ReadonlyMap<string, Readonly<Record<string, number>>>;
  readonly sourcePort: number;
}

/** The client gives up before TCP sends anything twice, which it does after a second. */
const PATIENCE_SECONDS = 0.6;

let lastPort = 20000;
/** A source port that no attempt of this process has used: it tells the attempts apart. */
export function freshPort(): number {
  return ++lastPort;
}

/** Sends a packet through a network whose state is `cluster`, and watches. */
export async function observe(
  network: Network,
  cluster: Cluster,
  { from, to, protocol = 'tcp' }: Question,
  sourcePort: number,
): Promise<Observation> {
  const hosts = network.spaces('host');
  for (const host of hosts) await network.run(host, 'conntrack -F 2>/dev/null');
  const before = await countersOf(network);
  await network.agent.take();
  const { host: address, port } = splitPort(to);
  const token = `Q${sourcePort}`;
  const client = await network.agent.send({
    namespace: network.namespace(from),
    protocol,
    address,
    port: Number(port ?? 0),
    sport: sourcePort,
    token,
    seconds: PATIENCE_SECONDS,
  });
  const records = (await network.agent.take()).map((record) => ({ ...record, space: network.spaceOf(record.space) }));
  const after = await countersOf(network);
  const counted = new Map([...after].map(([space, values]) => [space, difference(before.get(space) ?? {}, values)]));

  const flow = new Flow(token);
  const legs = new Map<string, { seen: Seen[]; matched: Map<string, string[]> }>();
  const legNamed = (name: string): { seen: Seen[]; matched: Map<string, string[]> } => {
    const leg = legs.get(name) ?? { seen: [], matched: new Map<string, string[]>() };
    legs.set(name, leg);
    return leg;
  };
  for (const one of packetsOf(records)) legNamed(flow.legOf(one.packet) ?? 'other').seen.push(one);
  for (const space of hosts) {
    const namespace = cluster.namespaces.find((one) => nameOf(one.node, one.name) === space);
    const events = records.filter((record) => record.kind === 'rule' && record.space === space);
    for (const run of namespace ? chainRuns(namespace, events as RuleEvent[]) : []) {
      const { matched } = legNamed(flow.legOf(run.packet) ?? 'other');
      const key = `${space} ${run.flavour}`;
      matched.set(key, [...(matched.get(key) ?? []), ...run.matched]);
    }
  }
  const connections = new Map<string, string[]>();
  for (const host of hosts) connections.set(host, await connectionsOf(network, host, protocol));

  const ruleRejects = [...legNamed('request').matched.values()].flat().some((text) => / -j REJECT /.test(text));
  const accepted = records.find((record) => record.kind === 'accepted');
  // Whoever answers has got the request; who refuses by a rule has not let it in.
  const answered = [legNamed('reply'), ...(ruleRejects ? [] : [legNamed('reset')])].find(
    ({ seen, matched }) => seen.length > 0 || matched.size > 0,
  );
  const closed = client.error === 'ECONNREFUSED' && !ruleRejects;
  const arrived = answered !== undefined || accepted !== undefined || closed;
  const refused = ruleRejects || closed;
  const arrival = arrived ? legNamed('request').seen.findLast((one) => one.direction === 'in') : undefined;
  const verdict = verdictOf(client, { arrived, accepted: accepted !== undefined || protocol === 'icmp', refused });
  return {
    verdict,
    client,
    source: accepted
      ? joined(accepted.peer[0], String(accepted.peer[1]))
      : arrival && wayOf(arrival.packet).split(' > ')[0],
    legs: {
      request: legNamed('request'),
      // The way of the RST that makes a connection refused is no leg of the trace; the way of one that is lost is.
      reply: answered && verdict !== 'rejected' ? answered : legNamed('reply'),
      ack: legNamed('ack'),
      data: legNamed('data'),
    },
    connections,
    counted,
    sourcePort,
  };
}

export function nameOf(node: string, namespace: string): string {
  return namespace === 'host' ? node : `${node}/${namespace}`;
}

function verdictOf(
  { error, connected, answered }: ClientResult,
  happened: { arrived: boolean; accepted: boolean; refused: boolean },
): Verdict {
  if (error !== null) return happened.refused ? 'rejected' : 'unroutable';
  if (connected && answered && happened.accepted) return 'connected';
  return happened.arrived ? 'no-reply' : 'dropped';
}

function packetsOf(records: readonly AgentRecord[]): Seen[] {
  return records
    .flatMap((record): Seen[] => {
      const packet = record.kind === 'packet' ? readPacket(Buffer.from(record.bytes, 'base64')) : undefined;
      return record.kind === 'packet' && packet ? [{ ...record, packet }] : [];
    })
    .sort((a, b) => a.time - b.time);
}

async function countersOf(network: Network): Promise<Map<string, Readonly<Record<string, number>>>> {
  const found = new Map<string, Readonly<Record<string, number>>>();
  for (const space of network.spaces('host', 'pod'))
    found.set(space, await network.agent.counters(network.namespace(space)));
  return found;
}

function difference(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).flatMap(([key, value]) => (value === before[key] ? [] : [[key, value - (before[key] ?? 0)]])),
  );
}

/** As the tracer writes an entry: `TCP 10.0.0.1:1 → 10.0.0.2:80, replies 10.0.0.3:80 → 10.0.0.1:1`. */
async function connectionsOf(network: Network, space: string, protocol: string): Promise<string[]> {
  const argv = ['ip', 'netns', 'exec', network.namespace(space), 'conntrack', '-L', '-o', 'extended'];
  const { stdout } = await command(argv);
  return stdout.split('\n').flatMap((line) => {
    const head = /^\S+\s+\d+\s+(\S+)\s+(\d+)\s/.exec(line);
    if (!head?.[1]?.startsWith(protocol)) return [];
    const [original, reply] = [...line.matchAll(/src=(\S+) dst=(\S+)(?: sport=(\d+) dport=(\d+))?/g)].map(
      ([, src = '', dst = '', sport, dport]) => `${joined(src, sport)} → ${joined(dst, dport)}`,
    );
    return [`${protocolTitle(Number(head[2]))} ${original ?? ''}, replies ${reply ?? ''}`];
  });
}

function joined(host: string, port: string | undefined): string {
  if (port === undefined) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
