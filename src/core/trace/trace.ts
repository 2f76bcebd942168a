import { type Address, formatAddress } from '../net/address';
import { hasPorts, protocolName } from '../net/protocol';
import { resolutionNotes, resolveName, type Resolution } from '../dns/resolve';
import { applyChanges } from '../plan/what-if';
import type { Cluster } from '../snapshot/cluster';
import { answerOf } from './answer';
import { type Case, toCases } from './cases';
import { explore } from './choices';
import { type Established, establishedFacts } from './established';
import {
  type Origin,
  originTitle,
  parseTraceProtocol,
  type Question,
  type Resolved,
  resolveOrigin,
  resolveTarget,
  type Target,
  shortName,
  targetTitle,
} from './endpoint';
import { findingsOf } from './findings';
import { notSimulated } from './not-simulated';
import { markSupported } from './observe';
import type { Assumed, Assumption, Change, Finding, Outcome, TraceResult } from './result';
import { type Run, simulate } from './simulate';

/** Outcomes shown beside the one that stands for the rest. */
const MOST_OUTCOMES = 8;
/** Runs of the simulator in one trace: endpoints times unknowns. */
const MOST_RUNS = 512;
const EPHEMERAL_PORT = 40000;

/** Traces a packet and its reply through a cluster. The error tells what of the question cannot be understood. */
export function trace(cluster: Cluster, question: Question): Resolved<TraceResult> {
  const asked = understand(cluster, question);
  if ('error' in asked) return asked;
  return { value: run(cluster, question, asked.value, establishedFacts(cluster), true) };
}

/** The same trace, were the changes made. */
export function traceWith(cluster: Cluster, question: Question, changes: readonly Change[]): Resolved<TraceResult> {
  return traceChanged(cluster, question, changes, establishedFacts(cluster));
}

function traceChanged(
  cluster: Cluster,
  question: Question,
  changes: readonly Change[],
  facts: Facts,
): Resolved<TraceResult> {
  const changed = applyChanges(cluster, changes);
  if ('error' in changed) return changed;
  const asked = understand(changed.cluster, question);
  if ('error' in asked) return asked;
  return { value: run(changed.cluster, question, asked.value, facts, false) };
}

type Facts = ReadonlyMap<string, Established>;

interface Asked {
  readonly origin: Origin;
  readonly target: Target;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly resolution: Resolution | undefined;
}

function understand(cluster: Cluster, question: Question): Resolved<Asked> {
  const origin = resolveOrigin(cluster, question.from);
  if ('error' in origin) return origin;
  const namespace = origin.value.kind === 'namespace' ? origin.value.namespace : undefined;
  let resolution: Resolution | undefined;
  const target = resolveTarget(cluster, question.to, (name): Resolved<Address> | undefined => {
    resolution = resolveName(cluster, namespace, name);
    return resolution && { value: resolution.address };
  });
  if ('error' in target) return target;
  const protocol = parseTraceProtocol(question.protocol, target.value.address.family);
  if ('error' in protocol) return protocol;
  const port = target.value.port;
  if (hasPorts(protocol.value) && port === undefined)
    return { error: `which port of ${question.to}? Write ${question.to}:PORT` };
  return {
    value: {
      origin: origin.value,
      target: target.value,
      protocol: protocol.value,
      sourcePort: question.sourcePort ?? EPHEMERAL_PORT,
      resolution,
    },
  };
}

function run(cluster: Cluster, question: Question, asked: Asked, facts: Facts, observed: boolean): TraceResult {
  const { origin, target, protocol } = asked;
  const assumed = new Map<string, Assumed>();
  const { leaves, complete } = explore(
    (choices) => simulate({ cluster, ...asked, assumed }, choices),
    MOST_RUNS,
    new Map([...facts].map(([id, fact]) => [id, fact.values])),
  );
  const first = leaves[0];
  if (!first) throw new Error('an exploration has at least one run');
  const cases = toCases<Run | undefined>(leaves, (one) => (one ? signature(one) : 'missing'), undefined);
  const outcomes = limit(
    cases.flatMap((one) => outcomesOf(cluster, one, asked, first.result)),
    complete,
  );
  const supported = observed ? markSupported(cluster, origin, target, outcomes) : outcomes;
  const finished = observed ? supported.map((outcome) => withEffects(cluster, question, facts, outcome)) : supported;
  return {
    hoplensTrace: 1,
    from: { asked: question.from, title: originTitle(origin), address: finished[0]?.request.sent.src ?? null },
    to: {
      asked: question.to,
      title: targetTitle(cluster, target, protocol),
      name: shortName(cluster, target),
      address: formatAddress(target.address),
      port: target.port ?? null,
      proto: protocolName(protocol),
    },
    answer: answerOf(originTitle(origin), targetTitle(cluster, target, protocol), finished),
    outcomes: finished,
    assumed: [...assumed.values(), ...[...facts.values()].map(establishedNote)],
    notSimulated: notSimulated(cluster),
  };
}

function establishedNote({ question, values, because }: Established): Assumed {
  return { code: 'established', node: question.node, text: `${question.text(values)}, since ${because}` };
}

/** Runs that agree in verdict, end and way are one outcome. */
function signature({ verdict, request, reply, ack, data }: Run): string {
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

function outcomesOf(cluster: Cluster, one: Case<Run | undefined>, asked: Asked, some: Run): Outcome[] {
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
    findings: result ? [...nameFindings(asked), ...findingsOf(cluster, result)] : [],
    supportedBy: [],
  }));
}

function nameFindings({ resolution, target, origin }: Asked): Finding[] {
  if (!resolution) return [];
  const { message, warning } = resolutionNotes(target.name ?? '', resolution);
  const namespace = origin.kind === 'namespace' ? origin.namespace : undefined;
  const evidence = (line: number): Finding['evidence'] =>
    namespace && line > 0 ? [{ node: namespace.node, namespace: namespace.name, output: 'resolv-conf', line }] : [];
  const node = namespace?.node ?? null;
  const found: Finding = {
    code: 'name-resolved',
    severity: 'info',
    node,
    title: message,
    message,
    evidence: [],
    fix: null,
  };
  if (warning === undefined) return [found];
  return [
    found,
    {
      code: 'foreign-resolver',
      severity: 'warning',
      node,
      title: 'a second name server may answer wrongly',
      message: warning,
      evidence: evidence(resolution.foreign?.line ?? 0),
      fix: null,
    },
  ];
}

/** At most so many outcomes, then one that stands for the rest and says so. */
function limit(outcomes: Outcome[], complete: boolean): Outcome[] {
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

/** Tries each fix: what the same trace would give with it, under the outcome's own assumptions. */
function withEffects(cluster: Cluster, question: Question, facts: Facts, outcome: Outcome): Outcome {
  const findings = outcome.findings.map((finding): Finding => {
    if (!finding.fix) return finding;
    const result = traceChanged(cluster, question, finding.fix.changes, facts);
    if ('error' in result) return { ...finding, fix: null };
    const matching = result.value.outcomes.filter((other) => agrees(other, outcome));
    const verdicts = [...new Set(matching.map((other) => other.verdict))];
    const verdict = verdicts.length === 1 ? verdicts[0] : 'undetermined';
    // A fix that does not help is not offered.
    if (verdict === undefined || (verdict !== 'connected' && outcome.verdict !== 'connected'))
      return { ...finding, fix: null };
    const source = matching[0]?.request.received?.src;
    const text = `${verdict}${source === undefined ? '' : `; the server sees ${source}`}`;
    return { ...finding, fix: { ...finding.fix, effect: { verdict, text } } };
  });
  return { ...outcome, findings };
}

/** Whether two outcomes can hold at once: no fact has values in the one that it lacks in the other. */
function agrees(a: Outcome, b: Outcome): boolean {
  return a.assumptions.every((one) => {
    const other = b.assumptions.find((candidate) => candidate.node === one.node && candidate.key === one.key);
    return !other || other.value.split('|').some((value) => one.value.split('|').includes(value));
  });
}
