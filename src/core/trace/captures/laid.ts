import type { CapturedPacket } from '../../capture/packet';
import type { PacketRecord } from '../result';
import type { LegName } from '../way';
import type { Capture } from './laid-over';
import { type Flow, isLike, LEGS, wayKey, wayOf } from './match';

/** TCP sends again what nobody has answered a second later: a capture that went on so long has missed nothing. */
const PATIENCE_SECONDS = 0.9;
const ACK = LEGS.indexOf('ack');

/** A capture beside a trace: its packets that are of the trace, and which it would have, had they come by. */
export class Laid {
  /** Those of the trace, by their addresses. */
  readonly packets: readonly CapturedPacket[];
  /** How many there are, with those of its tunnels that do not show what they carry. */
  readonly ofTrace: number;
  /** Whether there are packets of the trace outside of tunnels, and any that go through its tunnels. */
  readonly showsPlain: boolean;
  readonly showsTunnels: boolean;
  private readonly byWay = new Map<string, CapturedPacket[]>();
  private readonly first: number;
  private readonly last: number;
  private readonly lasted: boolean;

  constructor(
    readonly capture: Capture,
    /** Which of the captures it is, counting from 0. */
    readonly index: number,
    flow: Flow,
  ) {
    const all = capture.packets;
    for (const packet of all) {
      const key = wayKey(packet);
      const known = this.byWay.get(key);
      if (known) known.push(packet);
      else this.byWay.set(key, [packet]);
    }
    const own = all.flatMap((packet) => {
      const leg = flow.legOf(packet);
      return leg === undefined ? [] : [{ packet, order: LEGS.indexOf(leg === 'refusal' ? 'reply' : leg) }];
    });
    this.packets = own.map(({ packet }) => packet);
    this.showsPlain = this.packets.some(({ inner }) => inner === undefined);
    this.ofTrace = own.length + all.filter((packet) => packet.inner === undefined && flow.carries(packet)).length;
    this.showsTunnels = flow.outer.some((outer) => this.alike(outer).some((seen) => isLike(outer, seen, 'request')));
    const orders = own.map(({ order }) => order);
    this.first = orders.reduce((least, order) => Math.min(least, order), LEGS.length);
    this.last = orders.reduce((most, order) => Math.max(most, order), -1);
    this.lasted =
      wentOn(all, this.packets[0]) || own.some(({ packet }, at) => isRepeated(packet, this.packets.slice(0, at)));
  }

  /** Packets with these addresses. */
  alike(packet: PacketRecord): readonly CapturedPacket[] {
    return this.byWay.get(wayOf(packet)) ?? [];
  }

  /** Whether the packet of a leg, had it come by, would be there: because what follows it is, or the capture went on. */
  reaches(leg: LegName): boolean {
    const order = LEGS.indexOf(leg);
    // One that began when the connection was open says nothing of its beginning.
    if (this.packets.length === 0 || (this.first >= ACK && order < ACK)) return false;
    return this.lasted || this.last >= order;
  }
}

function wentOn(all: readonly CapturedPacket[], first: CapturedPacket | undefined): boolean {
  const start = first?.time;
  return start !== undefined && all.some(({ time }) => time !== undefined && time >= start + PATIENCE_SECONDS);
}

/** Without times: the same packet on the same interface again. */
function isRepeated(packet: CapturedPacket, before: readonly CapturedPacket[]): boolean {
  const { sequence, sport, flags } = packet.inner ?? packet;
  return (
    packet.time === undefined &&
    sequence !== undefined &&
    flags?.includes('S') === true &&
    before.some((other) => {
      const headers = other.inner ?? other;
      return (
        headers.sequence === sequence &&
        headers.sport === sport &&
        other.interface === packet.interface &&
        (other.inner === undefined) === (packet.inner === undefined)
      );
    })
  );
}
