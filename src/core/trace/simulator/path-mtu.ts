import { type Address, parseAddress } from '../../net/address';
import type { Packet } from '../../net/packet';
import { ICMP, ICMPV6, TCP } from '../../net/protocol';
import type { Cluster } from '../../snapshot/cluster';
import { Choices } from '../choices';
import type { PacketRecord, Step } from '../result';
import { tupleOf } from './conntrack';
import type { Fate } from './fate';
import { send } from './journey';
import { Recorder } from './recorder';
import type { Run, TracedLeg } from './simulate';
import { newSkb } from './skb';
import type { Stack } from './stack';

/** A place on the way of a connection where its full segments do not fit, and what its sender hears of it. */
export interface TooBig {
  readonly from: 'client' | 'server';
  /** Bytes of the IP packet of a full segment, and what the interface takes. */
  readonly size: number;
  readonly mtu: number;
  readonly stack: Stack;
  readonly device: string;
  /** Undefined where frames are dropped without a word, below IP. */
  readonly error: IcmpError | undefined;
}

/** "Fragmentation needed", or over IPv6 "packet too big". */
export interface IcmpError {
  /** The sender's socket hears it, and sends smaller segments. */
  readonly arrives: boolean;
  readonly fate: Fate;
  readonly steps: readonly Step[];
}

/** A frame may be as much longer than the MTU as a VLAN tag is (net/core/dev.c `is_skb_forwardable`). */
const VLAN_TAG = 4;
/** Each place that is met once lowers the size of what follows. */
const MOST_PLACES = 8;

/**
 * Follows the full segments of a connection, in both directions, from one MTU to the next. TCP sets DF (net/ipv4/ip_output.c
 * `ip_queue_xmit`), so that nothing is fragmented. A segment is taken by itself: several at once, which the sender's
 * interface would cut up (TSO), may pass a veth that one of them does not.
 */
export function tooBig(cluster: Cluster, run: Run): TooBig[] {
  const { request, reply } = run;
  if (run.verdict !== 'connected' || request.sent.proto !== TCP || !reply) return [];
  return [
    ...places(cluster, run, 'client', request, segment(run, request, reply)),
    ...places(cluster, run, 'server', reply, segment(run, reply, request)),
  ];
}

/** Bytes of a full segment: what the sender's first route takes, or what the other side has announced, if that is less. */
function segment(run: Run, own: TracedLeg, other: TracedLeg): number | undefined {
  const announced = firstMtu(run, other);
  const sizes = [firstMtu(run, own), announced && Math.min(announced, clamped(run, other))];
  const known = sizes.filter((size) => size !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** The MTU of the route that the socket was given, before any hook. */
function firstMtu(run: Run, { leg }: TracedLeg): number | undefined {
  const step = leg.steps.find((one) => one.kind === 'route');
  const device = step && (/^out on (\S+)/.exec(step.effect)?.[1] ?? 'lo').replace(/,$/, '');
  if (!step || device === undefined) return undefined;
  return smallest(stackOf(run, step)?.device(device)?.mtu, routeMtu(step));
}

/** What target TCPMSS leaves of the announced size (net/netfilter/xt_TCPMSS.c). */
function clamped(run: Run, { leg, sent }: TracedLeg): number {
  const header = sent.src.family === 4 ? 40 : 60;
  let least = Infinity;
  for (const step of leg.steps) {
    if (step.kind !== 'rule' || !/ -j TCPMSS /.test(`${step.text} `)) continue;
    const set = /--set-mss (\d+)/.exec(step.text)?.[1];
    const stack = stackOf(run, step);
    const ways = [step.packet.in, step.packet.out].map((name) => stack?.device(name ?? '')?.mtu);
    least = Math.min(least, set === undefined ? (smallest(...ways) ?? Infinity) : Number(set) + header);
  }
  return least;
}

function smallest(...sizes: readonly (number | undefined)[]): number | undefined {
  const known = sizes.filter((size) => size !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** `default via 10.0.0.1 dev eth0 mtu lock 1400` */
function routeMtu({ text }: Step): number | undefined {
  const mtu = / mtu (?:lock )?(\d+)/.exec(text)?.[1];
  return mtu === undefined ? undefined : Number(mtu);
}

function stackOf(run: Run, { node, namespace }: Step): Stack | undefined {
  return run.wiring.stacks.find((stack) => stack.node === node && stack.name === namespace);
}

function places(
  cluster: Cluster,
  run: Run,
  from: TooBig['from'],
  traced: TracedLeg,
  first: number | undefined,
): TooBig[] {
  const found: TooBig[] = [];
  let size = first;
  while (size !== undefined && found.length < MOST_PLACES) {
    const place = firstPlace(run, traced, size);
    if (!place) break;
    const error = place.packet && complain(cluster, run, from, place, place.packet, traced);
    found.push({ from, size, mtu: place.mtu, stack: place.stack, device: place.device, error });
    if (error?.arrives !== true) break;
    size = place.mtu;
  }
  return found;
}

interface Place {
  readonly stack: Stack;
  readonly device: string;
  readonly mtu: number;
  /** The packet as IP has it there, where IP notices; and as it came in, or was sent. */
  readonly packet?: PacketRecord;
  readonly arrived?: PacketRecord;
}

/** Where a packet of this size stops first. */
function firstPlace(run: Run, { leg }: TracedLeg, size: number): Place | undefined {
  let route: Step | undefined;
  let arrived = leg.sent;
  for (const step of leg.steps) {
    const stack = stackOf(run, step);
    if (!stack) continue;
    if (step.kind === 'route') route = step;
    const arrives = step.kind === 'link' && step.effect.startsWith('received');
    if (arrives) arrived = step.packet;
    const name = step.kind === 'bridge' ? (/→ (\S+)$/.exec(step.text)?.[1] ?? '') : step.text;
    const device = step.kind === 'link' || step.kind === 'bridge' ? stack.device(name) : undefined;
    if (device?.mtu === undefined) continue;
    if (step.kind === 'link' && !arrives) {
      // net/ipv4/ip_forward.c before FORWARD; net/ipv4/ip_output.c `ip_finish_output` behind POSTROUTING.
      const mtu = smallest(device.mtu, route && routeMtu(route)) ?? device.mtu;
      if (size > mtu) return { stack, device: name, mtu, arrived, packet: route?.packet ?? step.packet };
    } else if ((step.kind === 'bridge' || device.kind === 'veth') && size > device.mtu + slack(stack, step))
      // drivers/net/veth.c `veth_xmit`, net/bridge/br_forward.c `br_dev_queue_push_xmit`
      return { stack, device: name, mtu: device.mtu };
  }
  return undefined;
}

/** br_netfilter is stricter: net/bridge/br_netfilter_hooks.c `br_nf_dev_queue_xmit`, for frames that came in by a port. */
function slack(stack: Stack, step: Step): number {
  const bridged = step.kind === 'bridge' && !step.text.includes(`: ${stack.title} → `);
  const key = `net.bridge.bridge-nf-call-${step.packet.dst.includes(':') ? 'ip6tables' : 'iptables'}`;
  return bridged && stack.sysctl(key) !== '0' ? 0 : VLAN_TAG;
}

/** Sends the ICMP error from where the packet does not fit back to where it came from. */
function complain(
  cluster: Cluster,
  run: Run,
  from: TooBig['from'],
  place: Place,
  record: PacketRecord,
  traced: TracedLeg,
): IcmpError {
  const { stack } = place;
  const inner = packetOf(traced.sent, record);
  const { family } = inner.src;
  const error: Packet = {
    src: { family, value: 0n },
    dst: inner.src,
    proto: family === 4 ? ICMP : ICMPV6,
    icmp: family === 4 ? { type: 3, code: 4 } : { type: 2, code: 0 },
    inner,
    mark: 0,
    ttl: 64,
    length: undefined,
    dscp: 0,
  };
  const skb = newSkb(error, 'kernel');
  // It goes against the packet, in the packet's connection (net/netfilter/nf_conntrack_core.c `nf_conntrack_attach`).
  const own = stack.conntrack.find(tupleOf(packetOf(traced.sent, place.arrived ?? record)));
  if (own)
    skb.tracking = {
      state: 'RELATED',
      direction: own.direction === 'original' ? 'reply' : 'original',
      connection: own.connection,
    };
  const recorder = new Recorder();
  const fate = send(
    {
      cluster,
      wiring: run.wiring,
      drawn: run.drawn,
      choices: new Choices([]),
      recorder,
      leg: from === 'client' ? 'reply' : 'request',
      assumed: new Map(),
    },
    { stack, skb, sourceChosen: false },
  );
  const sender = from === 'client' ? run.sender : run.request.fate.stack;
  const heard = skb.packet.inner;
  const arrives =
    fate.verdict === 'delivered' && fate.stack === sender && heard !== undefined && sameSocket(heard, traced.sent);
  return { arrives, fate, steps: recorder.steps };
}

/** A packet like the one that was sent, with the addresses and ports of a record of it. */
function packetOf(sent: Packet, { src, dst, sport, dport, mark }: PacketRecord): Packet {
  const address = (text: string, otherwise: Address): Address => parseAddress(text) ?? otherwise;
  return {
    ...sent,
    src: address(src, sent.src),
    dst: address(dst, sent.dst),
    sport: sport ?? 0,
    dport: dport ?? 0,
    mark,
  };
}

function sameSocket(a: Packet, b: Packet): boolean {
  return a.src.value === b.src.value && a.dst.value === b.dst.value && a.sport === b.sport && a.dport === b.dport;
}
