import type { Cluster } from '../../../src/core/snapshot/cluster';
import type { AgentRecord } from './agent';
import type { Flow, PacketName } from './flow';
import { type ChainRun, chainRuns, type RuleEvent } from './matched-rules';
import { nameOf } from './names';
import { encapsulation, innerPacket, isOuter, outerKey } from './tunnels';
import { readPacket, type WirePacket } from './wire';

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
  readonly seen: Seen[];
  /** Rules and policies that matched, by space and flavour: `worker nft`. */
  readonly matched: Map<string, string[]>;
  /** The same of the outer packet of a tunnel. */
  readonly outer: { readonly seen: Seen[]; readonly matched: Map<string, string[]> };
}

export function emptyLeg(): ObservedLeg {
  return { seen: [], matched: new Map(), outer: { seen: [], matched: new Map() } };
}

/** TCP sends again what nobody has answered, a second later. */
const RETRANSMISSION_SECONDS = 0.9;

/** Sorts what was seen in the network by the packets that the trace predicts. */
export function sortIntoLegs(
  cluster: Cluster,
  records: readonly AgentRecord[],
  flow: Flow,
): ReadonlyMap<PacketName, ObservedLeg> {
  const legs = new Map<PacketName, ObservedLeg>();
  const legOf = (packet: WirePacket, by: 'capture' | 'rule', time: number): ObservedLeg => {
    const name = flow.nameOf(packet, by, time);
    const leg = legs.get(name) ?? emptyLeg();
    legs.set(name, leg);
    return leg;
  };
  const carriers = new Map<string, ObservedLeg>();
  const departures = new Map<string, ObservedLeg>();
  const packets = packetsOf(records);
  const first = packets.find(
    (one) => flow.nameOf(innerPacket(one.packet) ?? one.packet, 'capture', one.time) === 'request',
  );
  const isFirst = ({ time }: { time: number }): boolean => !first || time < first.time + RETRANSMISSION_SECONDS;
  for (const one of packets.filter(isFirst)) {
    const inner = innerPacket(one.packet);
    const leg = legOf(inner ?? one.packet, 'capture', one.time);
    if (!inner) {
      leg.seen.push(one);
      // A datagram that a rule drops is on no interface.
      if (one.direction === 'out' && /^flannel/.test(one.interface)) {
        const key = departureKey(one.space, one.packet.length + encapsulation(one.interface));
        if (!departures.has(key)) departures.set(key, leg);
      }
    } else {
      leg.outer.seen.push(one);
      // Of packets that cannot be told apart from outside, the first is that of the handshake.
      if (!carriers.has(outerKey(one.packet))) carriers.set(outerKey(one.packet), leg);
    }
  }
  const passes = new Map<string, OnePass>();
  // They are read some time after they happened, all of them as late. What came before the request is of nobody's sending.
  const runs = runsOf(cluster, records).sort(([, a], [, b]) => a.time - b.time);
  const isRequest = ({ packet, time }: ChainRun): boolean =>
    !isOuter(packet) && flow.nameOf(packet, 'rule', time) === 'request';
  const begin = (runs.find(([, run]) => isRequest(run)) ?? runs[0])?.[1].time ?? 0;
  for (const [space, run] of runs.filter(([, { time }]) => time < begin + RETRANSMISSION_SECONDS)) {
    const key = `${space} ${run.flavour}`;
    const departure = departureKey(space, run.packet.length);
    const captured = carriers.get(outerKey(run.packet));
    const carrier = captured ?? unseen(departures.get(departure), space);
    if (!isOuter(run.packet)) add(legOf(run.packet, 'rule', run.time).matched, key, run.matched);
    else if (carrier) {
      // One that is sent back into a tunnel is carried twice.
      const which = captured ? outerKey(run.packet) : departure;
      const pass = passes.get(which) ?? new OnePass();
      passes.set(which, pass);
      pass.add(carrier.outer.matched, key, run);
    }
  }
  return legs;
}

/** A leg that should have left a node in a tunnel, and whose outer packet was not seen to. */
function unseen(leg: ObservedLeg | undefined, space: string): ObservedLeg | undefined {
  return leg?.outer.seen.some((one) => one.space === space && one.direction === 'out') === true ? undefined : leg;
}

/** An outer packet by the node that makes it, and its length. */
function departureKey(space: string, length: number): string {
  return `${space} ${length}`;
}

function packetsOf(records: readonly AgentRecord[]): Seen[] {
  return records
    .flatMap((record): Seen[] => {
      const packet = record.kind === 'packet' ? readPacket(Buffer.from(record.bytes, 'base64')) : undefined;
      return record.kind === 'packet' && packet ? [{ ...record, packet }] : [];
    })
    .sort((a, b) => a.time - b.time);
}

function runsOf(cluster: Cluster, records: readonly AgentRecord[]): [space: string, run: ChainRun][] {
  return cluster.namespaces.flatMap((namespace) => {
    const space = nameOf(namespace.node, namespace.name);
    const events = records.filter((record): record is RuleEvent => record.kind === 'rule' && record.space === space);
    return chainRuns(namespace, events).map((run): [string, ChainRun] => [space, run]);
  });
}

function add(matched: Map<string, string[]>, key: string, texts: readonly string[]): void {
  matched.set(key, [...(matched.get(key) ?? []), ...texts]);
}

const BASE = /^(\S+ (?:PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)) (?:#(\d+)|policy)/;

/**
 * An outer packet passes a base chain once, and downwards. Where it seems to begin again, all that is told from there
 * on is of another packet like it.
 */
class OnePass {
  private readonly reached = new Map<string, number>();
  private readonly over = new Set<string>();

  add(matched: Map<string, string[]>, key: string, run: ChainRun): void {
    const [, chain, number = '1000000'] = BASE.exec(run.matched[0] ?? '') ?? [];
    const place = `${key} ${chain ?? ''}`;
    if (chain !== undefined && Number(number) <= (this.reached.get(place) ?? 0)) this.over.add(key);
    if (this.over.has(key)) return;
    const last = run.matched.findLast((text) => BASE.exec(text)?.[1] === chain);
    if (chain !== undefined) this.reached.set(place, Number(BASE.exec(last ?? '')?.[2] ?? 1000000));
    add(matched, key, run.matched);
  }
}
