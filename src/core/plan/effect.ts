import { type AuditProgress, type AuditQuestion, auditQuestions, type Pair } from '../audit/audit';
import type { Cluster } from '../snapshot/cluster';
import { agree } from '../trace/likeliest';
import type { Outcome } from '../trace/result';
import { trace, traceAfter } from '../trace/trace';
import { drained } from '../text/stepwise';

/** A pair of the audit whose verdict a plan changes. */
export interface PairEffect extends AuditQuestion {
  readonly before: Pair['verdict'];
  readonly after: Pair['verdict'];
  /** The answer of the trace afterwards. */
  readonly answer: string;
  /** Mended: it connects now, and did not surely before; broken: the reverse. */
  readonly change: 'mended' | 'broken' | 'other';
}

/** What a plan does to every path that the audit knows. */
export interface Effect {
  /** First those that it breaks. */
  readonly pairs: readonly PairEffect[];
  /** How many pairs there are, changed and unchanged. */
  readonly of: number;
}

/** All at once. */
export function effectOf(before: Cluster, after: Cluster): Effect {
  return drained(effectInSteps(before, after));
}

/** A pair at a time: for those who have something else to do between, or may not want the rest. */
export function* effectInSteps(before: Cluster, after: Cluster): Generator<AuditProgress, Effect> {
  const questions = new Map([...auditQuestions(before), ...auditQuestions(after)].map((one) => [keyOf(one), one]));
  const pairs: PairEffect[] = [];
  let done = 0;
  for (const question of questions.values()) {
    const effect = effectOn(before, after, question);
    if (effect) pairs.push(effect);
    yield { done: ++done, of: questions.size };
  }
  const rank = { broken: 0, other: 1, mended: 2 } as const;
  return { pairs: pairs.sort((one, other) => rank[one.change] - rank[other.change]), of: questions.size };
}

function keyOf({ from, to, protocol }: AuditQuestion): string {
  return JSON.stringify([from, to, protocol]);
}

/** What holds before, as seen or as assumed, holds afterwards too: only outcomes that agree with it are compared. */
function effectOn(before: Cluster, after: Cluster, question: AuditQuestion): PairEffect | undefined {
  const was = trace(before, question);
  const is = traceAfter(before, after, question);
  const outcomes = 'error' in was ? [] : was.value.outcomes;
  const seen = outcomes.filter(({ supportedBy }) => supportedBy.length > 0);
  const likely = seen.length > 0 ? seen : outcomes;
  const expected = 'error' in is ? [] : is.value.outcomes;
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

function verdictOf(outcomes: readonly Outcome[]): Pair['verdict'] {
  const [first, ...others] = new Set(outcomes.map(({ verdict }) => verdict));
  if (first === undefined) return 'undetermined';
  return others.length === 0 ? first : 'depends';
}
