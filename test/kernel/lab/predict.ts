import assert from 'node:assert/strict';
import type { Cluster } from '../../../src/core/snapshot/cluster';
import { type Decision, explore } from '../../../src/core/trace/choices';
import {
  parseTraceProtocol,
  type Question as TraceQuestion,
  resolveOrigin,
  type Resolved,
  resolveTarget,
} from '../../../src/core/trace/endpoint';
import { outcomesOf } from '../../../src/core/trace/outcomes';
import type { Outcome, TraceResult } from '../../../src/core/trace/result';
import { simulate } from '../../../src/core/trace/simulator/simulate';
import { trace, traceAfter } from '../../../src/core/trace/trace';
import type { Question } from './observe';

/** Runs of the simulator for one question. */
const MOST_RUNS = 4096;

/** What the tracer says of a question. */
export function predict(cluster: Cluster, question: Question, sourcePort: number): TraceResult {
  return given(trace(cluster, asked(question, sourcePort)));
}

/** The same without fixes, whose trials cost most of the time. */
export function predictAlone(cluster: Cluster, question: Question, sourcePort: number): TraceResult {
  return given(traceAfter(cluster, cluster, asked(question, sourcePort)));
}

function asked({ from, asks = from, to, protocol }: Question, sourcePort: number): TraceQuestion {
  return { from: asks, to, sourcePort, ...(protocol !== undefined && { protocol }) };
}

/**
 * What can happen, draw by draw and fact by fact: an outcome for each, where the tracer merges those that differ in
 * neither verdict nor way. Undefined where that is too much.
 */
export function everyRun(
  cluster: Cluster,
  { from, asks = from, to, protocol }: Question,
  sourcePort: number,
): Outcome[] | undefined {
  const target = given(resolveTarget(cluster, to, () => undefined));
  const setup = {
    cluster,
    origin: given(resolveOrigin(cluster, asks)),
    target,
    protocol: given(parseTraceProtocol(protocol, target.address.family)),
    sourcePort,
    assumed: new Map(),
  };
  const { leaves, complete } = explore((choices) => simulate(setup, choices), MOST_RUNS);
  if (!complete) return undefined;
  return leaves.flatMap(({ decisions, result }) =>
    outcomesOf(
      cluster,
      { facts: factsOf(decisions), results: [{ probability: probabilityOf(decisions), result }] },
      [],
      result,
    ),
  );
}

function given<T>(asked: Resolved<T>): T {
  if ('error' in asked) assert.fail(asked.error);
  return asked.value;
}

function factsOf(decisions: readonly Decision[]): Map<string, Extract<Decision, { kind: 'unknown' }>> {
  return new Map(decisions.flatMap((one) => (one.kind === 'unknown' ? [[one.question.id, one]] : [])));
}

function probabilityOf(decisions: readonly Decision[]): number {
  return decisions.reduce((product, one) => (one.kind === 'chance' ? product * one.probability : product), 1);
}
