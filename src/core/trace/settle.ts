import { answerOf } from './answer';
import type { Outcome, TraceResult } from './result';

/** A value that somebody vouches for, where the trace has gone every way. */
export interface SettledFact {
  readonly node: string;
  readonly key: string;
  /** As in an assumption: alternatives separated by `|`. */
  readonly value: string;
}

/** What of a trace is left once facts are settled: outcomes that assume otherwise are gone. */
export function settle(result: TraceResult, facts: readonly SettledFact[]): TraceResult {
  if (facts.length === 0) return result;
  const outcomes = result.outcomes
    .filter((outcome) => agrees(outcome, facts))
    .map((outcome) => without(outcome, facts));
  const { from, to } = result;
  return { ...result, outcomes, answer: answerOf(String(from['title']), String(to['title']), outcomes) };
}

function agrees({ assumptions }: Outcome, facts: readonly SettledFact[]): boolean {
  return assumptions.every(({ node, key, value }) =>
    facts.every((fact) => fact.node !== node || fact.key !== key || overlap(fact.value, value)),
  );
}

function overlap(one: string, other: string): boolean {
  const values = other.split('|');
  return one.split('|').some((value) => values.includes(value));
}

function without(outcome: Outcome, facts: readonly SettledFact[]): Outcome {
  const assumptions = outcome.assumptions.filter(
    ({ node, key }) => !facts.some((fact) => fact.node === node && fact.key === key),
  );
  return { ...outcome, assumptions };
}
