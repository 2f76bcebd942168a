import { type AuditProgress, type AuditQuestion, auditQuestions, type Pair } from '../audit/audit';
import type { Cluster } from '../snapshot/cluster';
import { agree } from '../trace/likeliest';
import type { Outcome } from '../trace/result';
import { trace, traceAfter } from '../trace/trace';
import { drained } from '../text/stepwise';
import type { UnknownEffect } from './compile';

/** A pair of the audit whose verdict a plan changes. */
export interface PairEffect extends AuditQuestion {
  readonly before: Pair['verdict'];
  readonly after: Pair['verdict'];
  /** The answer of the trace afterwards. */
  readonly answer: string;
  /** Mended: it connects now, and did not surely before; broken: the reverse. Unknown: nobody can tell beforehand. */
  readonly change: 'mended' | 'broken' | 'other' | 'unknown';
}

/** What a plan does to every path that the audit knows. */
export interface Effect {
  /** First those that it breaks. */
  readonly pairs: readonly PairEffect[];
  /** How many pairs there are, changed and unchanged. */
  readonly of: number;
}

/** All at once. `unknowns`: what of `after` is not as it will be. */
export function effectOf(before: Cluster, after: Cluster, unknowns: readonly UnknownEffect[] = []): Effect {
  return drained(effectInSteps(before, after, unknowns));
}

/** A pair at a time: for those who have something else to do between, or may not want the rest. */
export function* effectInSteps(
  before: Cluster,
  after: Cluster,
  unknowns: readonly UnknownEffect[] = [],
): Generator<AuditProgress, Effect> {
  const questions = new Map([...auditQuestions(before), ...auditQuestions(after)].map((one) => [keyOf(one), one]));
  const pairs: PairEffect[] = [];
  let done = 0;
  for (const question of questions.values()) {
    const effect = effectOn(before, after, unknowns, question);
    if (effect) pairs.push(effect);
    yield { done: ++done, of: questions.size };
  }
  const rank = { broken: 0, unknown: 1, other: 2, mended: 3 } as const;
  return { pairs: pairs.sort((one, other) => rank[one.change] - rank[other.change]), of: questions.size };
}

function keyOf({ from, to, protocol }: AuditQuestion): string {
  return JSON.stringify([from, to, protocol]);
}

/** What holds before, as seen or as assumed, holds afterwards too: only outcomes that agree with it are compared. */
function effectOn(
  before: Cluster,
  after: Cluster,
  unknowns: readonly UnknownEffect[],
  question: AuditQuestion,
): PairEffect | undefined {
  const was = trace(before, question);
  const is = traceAfter(before, after, question);
  const outcomes = 'error' in was ? [] : was.value.outcomes;
  const seen = outcomes.filter(({ supportedBy }) => supportedBy.length > 0);
  const likely = seen.length > 0 ? seen : outcomes;
  const expected = 'error' in is ? [] : is.value.outcomes;
  const unknown = unknowns.find((one) => isConcerned(one, question, [...outcomes, ...expected]));
  if (unknown)
    return {
      ...question,
      ...{ before: verdictOf(likely), after: 'undetermined', change: 'unknown' },
      answer: `not known after the change: ${unknown.why}`,
    };
  const possible = expected.filter((one) => likely.length === 0 || likely.some((other) => agree(other, one)));
  const change = { before: verdictOf(likely), after: verdictOf(possible) };
  if (change.before === change.after) return undefined;
  return {
    ...question,
    ...change,
    answer: 'error' in is ? is.error : is.value.answer,
    change: change.after === 'connected' ? 'mended' : change.before === 'connected' ? 'broken' : 'other',
  };
}

/** Whether packets meet what is not known: the services' rules of the node that they are sent from, or another node. */
function isConcerned({ node, of }: UnknownEffect, { from }: AuditQuestion, outcomes: readonly Outcome[]): boolean {
  if (of === 'services') return from === node || from.startsWith(`${node}/`);
  return outcomes.some(({ request, reply }) => {
    const nodes = new Set([...request.steps, ...(reply?.steps ?? [])].map((step) => step.node));
    return nodes.size > 1;
  });
}

function verdictOf(outcomes: readonly Outcome[]): Pair['verdict'] {
  const [first, ...others] = new Set(outcomes.map(({ verdict }) => verdict));
  if (first === undefined) return 'undetermined';
  return others.length === 0 ? first : 'depends';
}
