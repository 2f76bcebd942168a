import type { CapturedHeaders, CapturedPacket } from '../../capture/packet';
import { addressKey, parseAddress } from '../../net/address';
import { protocolName, TCP } from '../../net/protocol';
import type { Leg, Outcome, PacketRecord, Sighting } from '../result';
import type { LegName } from '../way';
import type { Capture } from './laid-over';

export const LEGS: readonly LegName[] = ['request', 'reply', 'ack', 'data'];

/** Which packets of a trace it can be. A TCP packet whose flags are not shown may stand for an opening and its answer. */
export function legsOf({ proto, flags, echo }: CapturedHeaders): readonly LegName[] {
  if (echo !== undefined) return [echo];
  if (proto !== TCP || flags === undefined) return ['request', 'reply'];
  if (flags.includes('R')) return [];
  if (flags.includes('S')) return [flags.includes('.') ? 'reply' : 'request'];
  return ['ack', 'data'];
}

/** A RST that answers a SYN: of what is closed. */
export function isRefusal({ flags }: CapturedHeaders): boolean {
  return flags?.includes('R') === true && flags.includes('.');
}

/** Whether a packet has these addresses and the server's port. The client's is another one each time. */
export function isLike(predicted: PacketRecord, seen: CapturedHeaders, leg: LegName): boolean {
  const backward = leg === 'reply' || leg === 'data';
  const port = backward ? [predicted.sport, seen.sport] : [predicted.dport, seen.dport];
  return (
    predicted.proto === protocolName(seen.proto) && port[0] === (port[1] ?? null) && wayOf(predicted) === wayKey(seen)
  );
}

/** Whether a captured packet is what is predicted there. `legs`: which packet of the trace it is, as far as can be told. */
export function shows(leg: Leg, name: LegName, { packet, outer }: Sighting, seen: CapturedPacket): boolean {
  if (!outer) return seen.inner === undefined && legsOf(seen).includes(name) && isLike(packet, seen, name);
  // An outer packet goes to the same port both ways.
  return isLike(packet, seen, 'request') && (seen.inner === undefined || carries(leg, name, seen.inner));
}

/** Whether an inner packet is that of a leg, somewhere on its way. */
function carries(leg: Leg, name: LegName, inner: CapturedHeaders): boolean {
  return (
    legsOf(inner).includes(name) && leg.captures.some(({ outer, packet }) => !outer && isLike(packet, inner, name))
  );
}

/** Whether a capture was taken where the sighting is. */
export function covers(capture: Capture, { node, namespace, interface: device }: Sighting): boolean {
  return (
    capture.node === node &&
    capture.namespace === namespace &&
    (capture.interface === undefined || capture.interface === device)
  );
}

/** Whether a packet of a capture that covers a sighting can be the one, by what it says of where it was seen. */
export function isAt(seen: CapturedPacket, { interface: device, direction }: Sighting): boolean {
  return (
    (seen.interface === undefined || seen.interface === device) &&
    (seen.direction === undefined || seen.direction === direction)
  );
}

export function legsIn(outcome: Outcome): (readonly [LegName, Leg])[] {
  return LEGS.flatMap((name) => {
    const leg = outcome[name];
    return leg ? [[name, leg] as const] : [];
  });
}

/** The legs, of whichever outcome, that a packet belongs to by its addresses, wherever it is seen. */
export class Flow {
  /** The packets of tunnels. */
  readonly outer: readonly PacketRecord[];
  private readonly predicted = new Map<string, { readonly name: LegName; readonly packet: PacketRecord }[]>();

  constructor(outcomes: readonly Outcome[]) {
    const legs = outcomes.flatMap(legsIn);
    this.outer = legs.flatMap(([, leg]) => leg.captures.filter(({ outer }) => outer).map(({ packet }) => packet));
    for (const [name, leg] of legs)
      for (const { outer, packet } of leg.captures) {
        if (outer) continue;
        const key = wayOf(packet);
        const known = this.predicted.get(key) ?? [];
        if (!known.some((one) => one.name === name && one.packet.proto === packet.proto)) known.push({ name, packet });
        this.predicted.set(key, known);
      }
  }

  /** Whether a packet is like those of the trace's tunnels. What it carries may be another's. */
  carries(seen: CapturedHeaders): boolean {
    return this.outer.some((outer) => isLike(outer, seen, 'request'));
  }

  /** `refusal`: a RST that answers the request. Undefined where it is no packet of the trace. */
  legOf(seen: CapturedHeaders): LegName | 'refusal' | undefined {
    const headers = seen.inner ?? seen;
    const alike = this.predicted.get(wayKey(headers)) ?? [];
    const legs = isRefusal(headers) ? (['reply'] as const) : legsOf(headers);
    const found = alike.find(({ name, packet }) => legs.includes(name) && isLike(packet, headers, name));
    return found && isRefusal(headers) ? 'refusal' : found?.name;
  }
}

/** Equal for packets with the same addresses. */
export function wayKey({ src, dst }: CapturedHeaders): string {
  return `${addressKey(src)} ${addressKey(dst)}`;
}

/** The same of a predicted packet. */
export function wayOf({ src, dst }: PacketRecord): string {
  const [from, to] = [parseAddress(src), parseAddress(dst)];
  return from && to ? `${addressKey(from)} ${addressKey(to)}` : '';
}
