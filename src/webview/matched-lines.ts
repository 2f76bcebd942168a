import type { EvidenceLine, Leg, Outcome, Step } from '../core/trace/result';
import type { LegName } from '../core/trace/way';
import type { ShownStep } from './messages';
import { outcomeId, stepId } from './way-table';

/** The lines of the shown step's output on which steps of the same outcome rest, in order, each once. */
export function matchedLines(outcomes: readonly Outcome[], { step: id, source }: ShownStep): number[] {
  const rows =
    outcomes.map(rowsOf).find((each) => each.some((row) => row.id === id && restsOn(row.step, source))) ?? [];
  const lines = rows.flatMap(({ step }) => (step.source && restsOn(step, source) ? [step.source.line] : []));
  return [...new Set(lines)].sort((one, other) => one - other);
}

interface Row {
  readonly id: string;
  readonly step: Step;
}

function rowsOf(outcome: Outcome, at: number): Row[] {
  const { request, reply, ack, data } = outcome;
  const legs: Readonly<Record<LegName, Leg | null>> = { request, reply, ack, data };
  const idOf = (leg: string, number: readonly number[]): string => stepId(outcomeId(at), leg as LegName, number);
  return Object.entries(legs).flatMap(([name, leg]) => rows(leg?.steps ?? [], (number) => idOf(name, number)));
}

function rows(steps: readonly Step[], idOf: (number: readonly number[]) => string): Row[] {
  return steps.flatMap((step, at) => [
    { id: idOf([at]), step },
    ...rows(step.outer ?? [], (inner) => idOf([at, ...inner])),
  ]);
}

function restsOn(step: Step, { node, namespace, output }: EvidenceLine): boolean {
  return step.node === node && step.namespace === namespace && step.source?.output === output;
}
