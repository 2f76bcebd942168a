import type { Cluster } from '../snapshot/cluster';
import type { Case } from './cases';
import { findingsOf } from './findings/findings';
import type { Assumption, Finding, Outcome } from './result';
import type { Run } from './simulator/simulate';

/** Outcomes shown beside the one that stands for the rest. */
const MOST_OUTCOMES = 8;

/** Runs that agree in verdict, end and way are one outcome. */
export function signature({ verdict, request, reply, ack, data }: Run): string {
  const legs = [request, reply, ack, data].map((traced) => {
    if (!traced) return '-';
    const { leg, fate } = traced;
    const way = leg.captures.map(
      (sighting) => `${sighting.node ?? ''}/${sighting.namespace ?? ''}/${sighting.interface ?? ''}`,
    );
    return [leg.verdict, fate.cause, leg.end.node, leg.end.namespace, leg.end.interface, ...new Set(way)].join(' ');
  });
  return [verdict, ...legs].join(' | ');
}

/** The outcomes of one case; `named` are the findings that all of them have. */
export function outcomesOf(
  cluster: Cluster,
  one: Case<Run | undefined>,
  named: readonly Finding[],
  some: Run,
): Outcome[] {
  const assumptions: Assumption[] = [...one.facts.values()].map(({ question, values }) => ({
    code: question.code,
    text: question.text(values),
    node: question.node,
    key: question.key,
    value: values.join('|'),
  }));
  return one.results.map(({ probability, result }) => ({
    probability,
    verdict: result?.verdict ?? 'undetermined',
    assumptions,
    request: (result ?? some).request.leg,
    reply: result?.reply?.leg ?? null,
    ack: result?.ack?.leg ?? null,
    data: result?.data?.leg ?? null,
    findings: result ? [...named, ...findingsOf(cluster, result)] : [],
    supportedBy: [],
  }));
}

/** At most so many outcomes, then one that stands for the rest and says so. */
export function limit(outcomes: Outcome[], complete: boolean): Outcome[] {
  if (outcomes.length <= MOST_OUTCOMES && complete) return outcomes;
  const merged = mergeAlike(outcomes);
  if (merged.length <= MOST_OUTCOMES) return merged;
  const shown = merged.slice(0, MOST_OUTCOMES);
  const rest = merged.slice(MOST_OUTCOMES);
  const keys = new Set(rest.flatMap((outcome) => outcome.assumptions.map((one) => `${one.key} of ${one.node}`)));
  const [sample] = rest;
  if (!sample) return shown;
  return [
    ...shown,
    {
      ...sample,
      verdict: 'undetermined',
      probability: Math.min(
        1,
        rest.reduce((sum, outcome) => sum + outcome.probability, 0),
      ),
      assumptions: [],
      findings: [
        {
          code: 'too-many-outcomes',
          severity: 'warning',
          node: null,
          title: 'more outcomes are possible',
          message: `${rest.length} more outcomes are possible; collect ${[...keys].join(', ') || 'what is assumed above'} to tell them apart`,
          evidence: [],
          fix: null,
        },
      ],
    },
  ];
}

/** Endpoints that all work are told together where there are many: outcomes alike but for the end. */
function mergeAlike(outcomes: readonly Outcome[]): Outcome[] {
  const merged = new Map<string, Outcome>();
  for (const outcome of outcomes) {
    const key = JSON.stringify([
      outcome.verdict,
      outcome.assumptions,
      outcome.findings.map((one) => [one.code, one.node]),
    ]);
    const known = merged.get(key);
    merged.set(key, known ? { ...known, probability: known.probability + outcome.probability } : outcome);
  }
  return [...merged.values()];
}
