import { agree, likeliest } from '../likeliest';
import type { Leg, Outcome, Step, TraceResult } from '../result';
import { type LegName, numbered, type NumberedStep } from '../way';
import { align } from './align';
import type { ComparedStep, Comparison } from './comparison';
import { answerOf } from './words';

const LEGS: readonly LegName[] = ['request', 'reply', 'ack', 'data'];

/** Compares two traces: of the same question before and after a change, of two nodes, of two snapshots. */
export function compareTraces(here: TraceResult, there: TraceResult): Comparison | undefined {
  const held = likeliest(there);
  const looked = held && (here.outcomes.find((outcome) => agree(outcome, held)) ?? likeliest(here));
  if (!looked) return undefined;
  const sameOrigin = originOf(looked) === originOf(held);
  const ofHere = new Namer(here, looked, sameOrigin);
  const ofThere = new Namer(there, held, sameOrigin);
  const steps = LEGS.flatMap((leg) => compareLegs(leg, [looked[leg], ofHere], [held[leg], ofThere]));
  const parts = {
    here: looked,
    there: held,
    verdicts: { here: looked.verdict, there: held.verdict },
    steps,
    first: firstDifference(steps),
    otherWays: LEGS.filter((leg) => looked[leg] && held[leg] && ofHere.way(looked[leg]) !== ofThere.way(held[leg])),
  };
  return { ...parts, answer: answerOf(parts) };
}

/** The first that is not the same; where several differ in one place, the rule among them, which the others follow from. */
function firstDifference(steps: readonly ComparedStep[]): ComparedStep | undefined {
  const start = steps.findIndex(({ kind }) => kind !== 'same');
  if (start < 0) return undefined;
  const length = steps.slice(start).findIndex(({ kind }) => kind === 'same');
  const place = steps.slice(start, length < 0 ? undefined : start + length);
  return (
    place.find(({ leg, here, there }) => leg === place[0]?.leg && (here ?? there)?.step.kind === 'rule') ?? place[0]
  );
}

type Side = readonly [leg: Leg | null, namer: Namer];

function compareLegs(leg: LegName, [here, ofHere]: Side, [there, ofThere]: Side): ComparedStep[] {
  const one = numbered(here?.steps ?? []).map((each) => ({ ...each, ...ofHere.name(each.step) }));
  const other = numbered(there?.steps ?? []).map((each) => ({ ...each, ...ofThere.name(each.step) }));
  return [...align<Named>(one, other, (a, b) => a.place === b.place)].map((pair) => ({
    leg,
    kind: !pair.there
      ? 'only-here'
      : !pair.here
        ? 'only-there'
        : pair.here.effect === pair.there.effect
          ? 'same'
          : 'differs',
    here: pair.here,
    there: pair.there,
  }));
}

interface Named extends NumberedStep {
  /** What makes it the same step of both traces. */
  readonly place: string;
  /** What it does there. */
  readonly effect: string;
}

/** Steps that are named by what they are, not by the rule or interface in their text. */
const BY_STAGE: ReadonlySet<Step['kind']> = new Set(['route', 'rp-filter', 'conntrack', 'nat', 'deliver']);

/** Names of steps that do not depend on which node a trace starts from: its origin is called so. */
class Namer {
  private readonly origin: string;
  private readonly ownNames: RegExp | undefined;

  constructor(
    { from }: TraceResult,
    outcome: Outcome,
    private readonly sameOrigin: boolean,
  ) {
    const [first] = outcome.request.steps;
    this.origin = originOf(outcome);
    const names = [first?.node, from['address']].flatMap((name) => (name ? [literally(String(name))] : []));
    if (names.length > 0) this.ownNames = new RegExp(`(?<![\\w.-])(?:${names.join('|')})(?![\\w.-])`, 'g');
  }

  name(step: Step): { place: string; effect: string } {
    const { kind, hook, table, chain } = step;
    const text = BY_STAGE.has(kind) ? '' : step.text;
    // Two origins have routes of their own by nature; what counts is which interface they lead to.
    const device = kind === 'route' && !this.sameOrigin ? /^out on \S+?(?=,|$| )/.exec(step.effect)?.[0] : undefined;
    const effect = device ?? `${step.text} ${step.effect}`;
    return {
      place: JSON.stringify([this.stack(step), kind, hook, table, chain, text]),
      effect: this.ownNames ? effect.replace(this.ownNames, 'origin') : effect,
    };
  }

  /** The interfaces that a leg passes, one after the other. */
  way(leg: Leg | null): string {
    const links = numbered(leg?.steps ?? []).filter(({ step }) => step.kind === 'link');
    return links.map(({ step }) => `${this.stack(step)} ${step.text} ${step.packet.out ?? ''}`).join();
  }

  private stack(step: Step): string {
    const own = stackOf(step);
    return own === this.origin ? 'origin' : own;
  }
}

const originOf = ({ request: { steps } }: Outcome): string => (steps[0] ? stackOf(steps[0]) : '');

const stackOf = ({ node, namespace }: Step): string => `${node}/${namespace}`;

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
