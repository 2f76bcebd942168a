import { type Address, formatAddress } from '../net/address';
import { hasPorts, protocolName } from '../net/protocol';
import { resolveName, type Resolution } from '../dns/resolve';
import { applyChanges } from '../plan/what-if';
import type { Cluster } from '../snapshot/cluster';
import { answerOf } from './answer';
import { toCases } from './cases';
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
import { agree } from './likeliest';
import { nameFindings, resolverFindings } from './findings/names';
import { notSimulated } from './not-simulated';
import { markSupported } from './observe';
import { limit, outcomesOf, signature } from './outcomes';
import { resolutionOf } from './resolution';
import type { Assumed, Change, Finding, Outcome, TraceResult } from './result';
import { type Run, simulate } from './simulator/simulate';

/** Runs of the simulator in one trace: endpoints times unknowns. */
const MOST_RUNS = 512;
const EPHEMERAL_PORT = 40000;

/** Traces a packet and its reply through a cluster. The error tells what of the question cannot be understood. */
export function trace(cluster: Cluster, question: Question): Resolved<TraceResult> {
  const asked = understand(cluster, question);
  if ('error' in asked) return asked;
  const facts = establishedFacts(cluster);
  return {
    value: withResolution(cluster, question, asked.value, facts, run(cluster, question, asked.value, facts, true)),
  };
}

/** The same trace, were the changes made. */
export function traceWith(cluster: Cluster, question: Question, changes: readonly Change[]): Resolved<TraceResult> {
  const changed = applyChanges(cluster, changes);
  if ('error' in changed) return changed;
  const asked = understand(changed.cluster, question);
  if ('error' in asked) return asked;
  const facts = establishedFacts(cluster);
  const result = run(changed.cluster, question, asked.value, facts, false);
  return { value: withResolution(changed.cluster, question, asked.value, facts, result) };
}

function traceChanged(
  cluster: Cluster,
  question: Question,
  changes: readonly Change[],
  facts: Facts,
): Resolved<TraceResult> {
  const changed = applyChanges(cluster, changes);
  return 'error' in changed ? changed : traceExpected(changed.cluster, question, facts);
}

/**
 * A trace of a cluster as it is expected to be after a change: what was seen before is no evidence for it, while what
 * that has proven of the kernel's settings still holds.
 */
export function traceAfter(before: Cluster, after: Cluster, question: Question): Resolved<TraceResult> {
  return traceExpected(after, question, establishedFacts(before));
}

/** Without how a name is resolved. */
function traceExpected(cluster: Cluster, question: Question, facts: Facts): Resolved<TraceResult> {
  const asked = understand(cluster, question);
  if ('error' in asked) return asked;
  return { value: run(cluster, question, asked.value, facts, false) };
}

/** Where the destination is a name: how it is resolved, with a trace to each name server. */
function withResolution(
  cluster: Cluster,
  { from }: Question,
  { origin, target, resolution }: Asked,
  facts: Facts,
  result: TraceResult,
): TraceResult {
  if (!resolution) return result;
  const namespace = origin.kind === 'namespace' ? origin.namespace : undefined;
  const resolved = resolutionOf(cluster, namespace, target.name ?? '', resolution, (to) => {
    const traced = traceExpected(cluster, { from, to, protocol: 'udp' }, facts);
    return 'value' in traced ? traced.value : undefined;
  });
  const outcomes = result.outcomes.map((outcome) => ({
    ...outcome,
    findings: [...outcome.findings, ...resolverFindings(resolved, outcome)],
  }));
  const answer = answerOf(String(result.from['title']), String(result.to['title']), outcomes);
  return { ...result, resolution: resolved, outcomes, answer };
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
  const port = target.value.port ?? onlyPort(cluster, target.value.address, protocol.value);
  if (hasPorts(protocol.value) && port === undefined)
    return { error: `which port of ${question.to}? Write ${question.to}:PORT` };
  return {
    value: {
      origin: origin.value,
      target: { ...target.value, port },
      protocol: protocol.value,
      sourcePort: question.sourcePort ?? EPHEMERAL_PORT,
      resolution,
    },
  };
}

/** The port of a service that has one of the protocol. */
function onlyPort(cluster: Cluster, address: Address, protocol: number): number | undefined {
  const ports = cluster.serviceAt(address)?.ports.filter((one) => one.protocol === protocol) ?? [];
  return ports.length === 1 ? ports[0]?.port : undefined;
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
  const named = nameFindings(asked);
  const outcomes = limit(
    cases.flatMap((one) => outcomesOf(cluster, one, named, first.result)),
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
    resolution: null,
    outcomes: finished,
    assumed: [...assumed.values(), ...[...facts.values()].map(establishedNote)],
    notSimulated: notSimulated(cluster),
  };
}

function establishedNote({ question, values, because }: Established): Assumed {
  return { code: 'established', node: question.node, text: `${question.text(values)}, since ${because}` };
}

/** Tries each fix: what the same trace would give with it, under the outcome's own assumptions. */
function withEffects(cluster: Cluster, question: Question, facts: Facts, outcome: Outcome): Outcome {
  const findings = outcome.findings.map((finding): Finding => {
    if (!finding.fix) return finding;
    const result = traceChanged(cluster, question, finding.fix.changes, facts);
    if ('error' in result) return { ...finding, fix: null };
    const matching = result.value.outcomes.filter((other) => agree(other, outcome));
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
