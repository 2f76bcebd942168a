import { type Address, type Family, sameAddress } from '../../net/address';
import { findListener } from '../../net/listener';
import { FLAG, type Packet } from '../../net/packet';
import { hasPorts, ICMP, TCP } from '../../net/protocol';
import type { SocketOwner } from '../../netfilter/match';
import type { Cluster } from '../../snapshot/cluster';
import type { Choices } from '../choices';
import { assume, type LegName, type Walk } from './context';
import type { Origin, Target } from '../endpoint';
import { DrawnPorts } from './drawn-ports';
import type { Fate } from './fate';
import { send } from './journey';
import type { Sending } from './output';
import { Recorder } from './recorder';
import type { Assumed, Leg, Place, Verdict } from '../result';
import { newSkb, record } from './skb';
import type { Stack } from './stack';
import { socketKey } from './transparent-proxy';
import { Wiring } from './wiring';

/** One run: what became of the packet and of what follows it. */
export interface Run {
  readonly verdict: Verdict;
  readonly request: TracedLeg;
  readonly reply: TracedLeg | undefined;
  /** The third packet of TCP's handshake. */
  readonly ack: TracedLeg | undefined;
  /** The first data that the server sends over TCP. */
  readonly data: TracedLeg | undefined;
  /** The reply arrived where it was sent from, with the addresses its socket waits for. */
  readonly replyRecognised: boolean;
  readonly wiring: Wiring;
  readonly drawn: DrawnPorts;
  readonly sender: Stack;
}

/** A leg, with the objects of the simulator that the findings look at. */
export interface TracedLeg {
  readonly leg: Leg;
  readonly fate: Fate;
  /** The packet as it was sent, and as it was at the end. */
  readonly sent: Packet;
  readonly received: Packet;
  /** TPROXY gave it to the socket that has it. */
  readonly taken: boolean;
}

export interface Setup {
  readonly cluster: Cluster;
  readonly origin: Origin;
  readonly target: Target;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly assumed: Map<string, Assumed>;
}

/** Sends the packet, and what answers it. */
export function simulate(setup: Setup, choices: Choices): Run {
  const { origin } = setup;
  const wiring = new Wiring(setup.cluster, origin.kind === 'outside' ? origin.host : undefined);
  const drawn = new DrawnPorts();
  const walkWith = (leg: LegName): Walk => ({ ...setup, wiring, choices, drawn, recorder: new Recorder(), leg });
  const sender = origin.kind === 'outside' ? wiring.outside : wiring.stackOf(origin.namespace);
  if (!sender) throw new Error('an outside origin has its own stack');
  const chosen = origin.kind === 'outside' ? origin.host.address : origin.source;

  const opening = openingPacket(setup, chosen);
  const request = travel(walkWith('request'), sender, opening, { sourceChosen: chosen !== undefined });
  sender.sockets.set(socketKey(answering(request.sent, FLAG.ACK)), 'plain');
  const base = {
    request,
    wiring,
    drawn,
    sender,
    reply: undefined,
    ack: undefined,
    data: undefined,
    replyRecognised: false,
  };
  if (request.fate.verdict !== 'delivered') return { ...base, verdict: request.fate.verdict };
  const server = request.fate.stack;
  server.sockets.set(socketKey(request.received), request.taken ? 'transparent' : 'plain');
  /** What the server sends; the client's socket waits for packets that mirror the one it sent. */
  const answer = (name: LegName, packet: Packet): { leg: TracedLeg; lost: Verdict | undefined } => {
    const leg = travel(walkWith(name), server, packet, {
      sourceChosen: true,
      transparent: request.taken,
      towards: towardsOf(packet, request.fate),
    });
    const arrived = leg.fate.verdict === 'delivered' && leg.fate.stack === sender;
    return { leg, lost: arrived && mirrors(request.sent, leg.received) ? undefined : lostVerdict(leg) };
  };

  const refused = refusal(walkWith('request'), request);
  if (refused !== undefined) {
    // The RST of a closed port has to find its way like any reply.
    const reset =
      setup.protocol === TCP ? answer('reply', answering(request.received, FLAG.RST | FLAG.ACK)) : undefined;
    if (reset?.lost === undefined) return { ...base, request: refused, verdict: 'rejected' };
    return { ...base, reply: reset.leg, verdict: reset.lost };
  }

  const reply = answer('reply', answering(request.received, FLAG.SYN | FLAG.ACK));
  if (reply.lost !== undefined) return { ...base, reply: reply.leg, verdict: reply.lost };
  const heard = { ...base, reply: reply.leg, replyRecognised: true };
  if (setup.protocol !== TCP) return { ...heard, verdict: 'connected' };

  const third = { ...request.sent, flags: FLAG.ACK, length: headerLength(request.sent.src.family) + 32 };
  // The socket keeps its route: over IPv6 the one that was looked up before a source was chosen.
  const ack = travel(walkWith('ack'), sender, third, { sourceChosen: third.src.family === 4 || chosen !== undefined });
  const completed =
    ack.fate.verdict === 'delivered' && ack.fate.stack === server && sameFlow(request.received, ack.received);
  if (!completed) return { ...heard, ack, verdict: lostVerdict(ack) };

  // A node that took no notice of the SYN may take the first data for a new connection, and rewrite it.
  const data = answer('data', { ...answering(ack.received, FLAG.PSH | FLAG.ACK), length: undefined });
  return { ...heard, ack, data: data.leg, verdict: data.lost ?? 'connected' };
}

function lostVerdict(leg: TracedLeg): Verdict {
  return leg.fate.verdict === 'undetermined' ? 'undetermined' : 'no-reply';
}

function headerLength(family: Family): number {
  return family === 4 ? 20 : 40;
}

function openingPacket({ target, protocol, sourcePort }: Setup, source: Address | undefined): Packet {
  const { family } = target.address;
  const ip = headerLength(family);
  const common = {
    src: source ?? { family, value: 0n },
    dst: target.address,
    proto: protocol,
    mark: 0,
    ttl: 64,
    dscp: 0,
  };
  if (protocol === TCP)
    return { ...common, sport: sourcePort, dport: target.port ?? 0, flags: FLAG.SYN, length: ip + 40 };
  if (hasPorts(protocol)) return { ...common, sport: sourcePort, dport: target.port ?? 0, length: ip + 12 };
  return { ...common, icmp: { type: protocol === ICMP ? 8 : 128, code: 0, id: sourcePort }, length: ip + 64 };
}

function answering(packet: Packet, flags: number): Packet {
  // Echo replies and RSTs have the TOS of what they answer (net/ipv4/icmp.c `icmp_reply`, tcp_ipv4.c `tcp_v4_send_reset`).
  const dscp = packet.icmp || (flags & FLAG.RST) !== 0 ? packet.dscp : 0;
  const base = { ...packet, src: packet.dst, dst: packet.src, mark: 0, ttl: 64, dscp };
  if (packet.icmp) return { ...base, icmp: { ...packet.icmp, type: packet.icmp.type === 8 ? 0 : 129 } };
  return {
    ...base,
    ...(packet.dport !== undefined && { sport: packet.dport }),
    ...(packet.sport !== undefined && { dport: packet.sport }),
    ...(packet.proto === TCP && { flags }),
    // A RST has no options.
    ...((flags & FLAG.RST) !== 0 && { length: headerLength(packet.src.family) + 20 }),
  };
}

function mirrors(sent: Packet, received: Packet): boolean {
  return (
    sameAddress(sent.src, received.dst) &&
    sameAddress(sent.dst, received.src) &&
    sent.sport === received.dport &&
    sent.dport === received.sport
  );
}

function sameFlow(a: Packet, b: Packet): boolean {
  return sameAddress(a.src, b.src) && sameAddress(a.dst, b.dst) && a.sport === b.sport && a.dport === b.dport;
}

/** net/ipv6/icmp.c `icmpv6_echo_reply`: to where the request came in; over IPv4 (net/ipv4/icmp.c `icmp_reply`) to anywhere. */
function towardsOf({ src, icmp }: Packet, { device }: Fate): string | undefined {
  return icmp && src.family === 6 && device !== 'lo' ? device : undefined;
}

type How = Pick<Sending, 'sourceChosen' | 'transparent' | 'towards'>;

function travel(walk: Walk, stack: Stack, packet: Packet, how: How): TracedLeg {
  const skb = newSkb(packet, ownerOf(packet));
  const fate = send(walk, { stack, skb, ...how });
  // As the socket has it: with the source that the first route lookup chose, whatever NAT does later.
  const sent = { ...packet, src: skb.sentFrom ?? packet.src };
  const delivered = fate.verdict === 'delivered';
  if (delivered)
    walk.recorder.step(fate.stack, skb, 'deliver', `delivered to ${fate.stack.title}`, { text: fate.device ?? '' });
  const leg: Leg = {
    verdict: fate.verdict,
    end: placeOf(fate),
    reason: delivered ? null : fate.reason,
    sent: { ...record({ ...skb, packet: sent }), in: null, out: null },
    received: delivered ? { ...record(skb), in: fate.device ?? null, out: null } : null,
    steps: walk.recorder.steps,
    captures: walk.recorder.sightings,
  };
  return { leg, fate, sent, received: skb.packet, taken: skb.taken };
}

/** Echo replies and RSTs come from no program, and RSTs over IPv6 from no socket at all (net/ipv6/tcp_ipv6.c `tcp_v6_send_response`). */
function ownerOf({ src, icmp, flags = 0 }: Packet): SocketOwner | undefined {
  if ((flags & FLAG.RST) !== 0) return src.family === 4 ? 'kernel' : undefined;
  return !icmp || icmp.type === 8 || icmp.type === 128 ? 'program' : 'kernel';
}

export function placeOf(fate: Fate): Place {
  return { node: fate.stack.node, namespace: fate.stack.name, interface: fate.device ?? null };
}

/** A closed port answers with RST, or for UDP with an ICMP error: the request is rejected. */
function refusal(walk: Walk, request: TracedLeg): TracedLeg | undefined {
  const { stack } = request.fate;
  const { proto, dst, dport } = request.received;
  if (!hasPorts(proto) || dport === undefined || stack.made || request.taken) return undefined;
  const { listeners } = stack.namespace;
  if (!listeners) {
    assume(walk, 'listener', stack.node, `something listens on port ${dport} of ${stack.title}`);
    return undefined;
  }
  if (findListener(listeners, proto, dst, dport)) return undefined;
  const reason = `nothing listens on port ${dport} of ${stack.title}`;
  return {
    ...request,
    fate: { ...request.fate, verdict: 'rejected', reason, cause: 'not-listening' },
    leg: { ...request.leg, verdict: 'rejected', reason },
  };
}
