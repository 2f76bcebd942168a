import type { Leg, LegVerdict, Outcome, PacketRecord, Step } from './result';

/** A network namespace on the way. One that is passed twice stands there twice. */
export interface Stack {
  readonly node: string;
  readonly namespace: string;
}

/** What is to be seen of a packet in one namespace. */
export type Stop =
  | {
      readonly kind: 'interface';
      readonly name: string;
      readonly direction: 'in' | 'out';
      /** The packet as it is there; of a tunnel's outer packet, the outer one. */
      readonly packet: PacketRecord;
      readonly outer: boolean;
      readonly step: StepNumber;
    }
  /** An address or port is translated here, to or fro. */
  | { readonly kind: 'nat'; readonly before: PacketRecord; readonly after: PacketRecord; readonly step: StepNumber }
  | { readonly kind: 'end'; readonly verdict: LegVerdict; readonly reason: string | null; readonly step: StepNumber };

/** Which step of the leg it is: its place, and within a tunnel's outer packet the places of both: [4, 2]. */
export type StepNumber = readonly number[];

export type LegName = 'request' | 'reply' | 'ack' | 'data';

export interface Lane {
  readonly leg: LegName;
  /** One for each stack of the way, empty where the leg does not come by; in the order of the leg. */
  readonly stops: readonly (readonly Stop[])[];
}

/** The ways of an outcome's packets, beside each other. */
export interface Way {
  /** From the sender to the receiver. */
  readonly stacks: readonly Stack[];
  readonly lanes: readonly Lane[];
}

/** What one leg passes: stacks in its order, each with its stops. */
interface Visit {
  readonly stack: Stack;
  readonly stops: Stop[];
}

/** Where the packets of an outcome go. What follows the reply has a lane where it does not arrive. */
export function wayOf({ request, reply, ack, data }: Outcome): Way {
  const legs: (readonly [LegName, readonly Visit[]])[] = [['request', visitsOf(request)]];
  if (reply) legs.push(['reply', visitsOf(reply)]);
  if (ack && ack.verdict !== 'delivered') legs.push(['ack', visitsOf(ack)]);
  if (data && data.verdict !== 'delivered') legs.push(['data', visitsOf(data)]);

  const stacks: Stack[] = [];
  for (const [leg, visits] of legs) merge(stacks, inDirection(leg, visits));
  return {
    stacks,
    lanes: legs.map(([leg, visits]) => ({ leg, stops: place(stacks, inDirection(leg, visits)) })),
  };
}

/** Whether it goes from the receiver of the request to its sender. */
export function isBackward(leg: LegName): boolean {
  return leg === 'reply' || leg === 'data';
}

/** From the sender of the request to its receiver, whichever way the packet goes. */
function inDirection(leg: LegName, visits: readonly Visit[]): readonly Visit[] {
  return isBackward(leg) ? [...visits].reverse() : visits;
}

function merge(stacks: Stack[], visits: readonly Visit[]): void {
  let at = 0;
  for (const { stack } of visits) {
    const found = stacks.findIndex((other, index) => index >= at && same(other, stack));
    if (found < 0) stacks.splice(at, 0, stack);
    at = (found < 0 ? at : found) + 1;
  }
}

function place(stacks: readonly Stack[], visits: readonly Visit[]): Stop[][] {
  let at = -1;
  const stops = stacks.map((): Stop[] => []);
  for (const visit of visits) {
    at = stacks.findIndex((other, index) => index > at && same(other, visit.stack));
    stops[at]?.push(...visit.stops);
  }
  return stops;
}

function visitsOf(leg: Leg): Visit[] {
  const visits: Visit[] = [];
  const enter = ({ node, namespace }: Stack): Stop[] => {
    const last = visits.at(-1);
    if (last && same(last.stack, { node, namespace })) return last.stops;
    const stops: Stop[] = [];
    visits.push({ stack: { node, namespace }, stops });
    return stops;
  };
  const steps = numbered(leg.steps);
  for (const { step, number, outer } of steps) {
    const stops = enter(step);
    if (step.kind === 'link') {
      const direction = step.packet.out === null ? 'in' : 'out';
      stops.push({ kind: 'interface', name: step.text, direction, packet: step.packet, outer, step: number });
    } else if (step.before && translated(step.before, step.packet))
      stops.push({ kind: 'nat', before: step.before, after: step.packet, step: number });
  }
  const { node, namespace } = leg.end;
  const last = steps.at(-1);
  if (last && node !== null && namespace !== null) {
    const { verdict, reason } = leg;
    enter({ node, namespace }).push({ kind: 'end', verdict, reason, step: last.number });
  }
  return visits;
}

export interface NumberedStep {
  readonly step: Step;
  readonly number: StepNumber;
  /** Whether it is one of a tunnel's outer packet. */
  readonly outer: boolean;
}

/** The steps in their order, those of outer packets behind the one that wraps. */
export function numbered(steps: readonly Step[], above: StepNumber = [], outer = false): NumberedStep[] {
  return steps.flatMap((step, at) => {
    const number = [...above, at];
    return [{ step, number, outer }, ...numbered(step.outer ?? [], number, true)];
  });
}

function translated(before: PacketRecord, after: PacketRecord): boolean {
  return (['src', 'dst', 'sport', 'dport'] as const).some((field) => before[field] !== after[field]);
}

function same(one: Stack, other: Stack): boolean {
  return one.node === other.node && one.namespace === other.namespace;
}
