import type { Leg, Step } from '../../../src/core/trace/result';
import { LEGS } from './flow';
import type { Tried } from './trial';

interface Count {
  /** Packets that met it. */
  met: number;
  /** Those that it rewrote, marked, dropped or refused, or whose way it was. */
  decided: number;
}

/** What the packets that were sent have met: a table for people, by match, target, chain and feature. */
export class Coverage {
  private readonly counts = new Map<string, Count>();
  private sent = 0;
  private readonly beyond: string[] = [];
  private readonly known = { all: 0, chances: 0, some: 0 };

  add({ question, agreement }: Tried): void {
    if (!agreement) {
      this.beyond.push(`${question.from} → ${question.to}`);
      return;
    }
    this.sent++;
    this.known[agreement.known]++;
    const { outcome } = agreement;
    const met = new Map<string, boolean>([
      [`verdict ${outcome.verdict}`, true],
      [`protocol ${outcome.request.sent.proto}`, true],
    ]);
    for (const name of LEGS)
      for (const [feature, decided] of featuresOf(outcome[name]))
        met.set(feature, met.get(feature) === true || decided);
    for (const [feature, decided] of met) {
      const count = this.counts.get(feature) ?? { met: 0, decided: 0 };
      count.met++;
      if (decided) count.decided++;
      this.counts.set(feature, count);
    }
  }

  toString(): string {
    const { all, chances, some } = this.known;
    const rows = [...this.counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([feature, { met, decided }]) =>
          `${feature.padEnd(40)} ${String(met).padStart(6)} ${String(decided).padStart(8)}`,
      );
    return [
      `${this.sent} packets agree in everything: ${all} with one outcome, ${chances} with several by chance, ${some} with several by what no snapshot shows.`,
      `${this.beyond.length} were not sent or not compared: the tracer says that it cannot know, or too much can happen.`,
      `${'feature'.padEnd(40)} ${'met'.padStart(6)} ${'decided'.padStart(8)}`,
      ...rows,
    ].join('\n');
  }
}

function* featuresOf(leg: Leg | null): Generator<[string, boolean]> {
  const steps = (leg?.steps ?? []).flatMap((step) => [step, ...(step.outer ?? [])]);
  const last = steps.at(-1);
  for (const step of steps) yield* ofStep(step, step === last && leg?.verdict !== 'delivered');
}

function* ofStep(step: Step, ends: boolean): Generator<[string, boolean]> {
  const decided = ends || step.before !== undefined;
  if (step.kind !== 'rule') {
    yield [`step ${step.kind}${step.kind === 'policy' ? ` ${step.text.split(' ').at(-1) ?? ''}` : ''}`, decided];
    if (step.kind === 'route' && step.text.includes('(rule ')) yield ['step route by a policy rule', true];
    return;
  }
  yield [`chain ${step.table ?? ''} ${step.hook ?? ''}`, decided];
  yield [`flavour ${step.source?.output ?? ''}`, decided];
  for (const [, negated, option] of step.text.matchAll(/(! )?(-[sdpio]|-m \S+)(?= )/g))
    yield [`match ${option ?? ''}${negated === undefined ? '' : ' inverted'}`, decided];
  const target = /-(?:j|g) ([A-Z]+)(?: |$)/.exec(step.text)?.[1];
  if (target !== undefined && !target.includes('-')) yield [`target ${target}`, decided];
}
