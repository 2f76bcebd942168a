import { formatSocket } from '../net/address';
import { protocolName } from '../net/protocol';
import { serviceTitle } from '../kubernetes/service';
import type { Cluster } from '../snapshot/cluster';
import { drained } from '../text/stepwise';
import type { Finding, Outcome, TraceResult, Verdict } from '../trace/result';
import { trace } from '../trace/trace';

/** One traced pair: an origin and a port of a service. */
export interface Pair {
  /** ENDPOINTs, as a trace takes them. */
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly service: string;
  /** What was observed, or what all outcomes agree on; `depends` where they do not. */
  readonly verdict: Verdict | 'depends';
  readonly answer: string;
}

/** Why pairs fail, or may fail. */
export interface Cause {
  readonly code: string;
  readonly node: string | null;
  readonly title: string;
  readonly fix: string | null;
  /** Places in `pairs`. */
  readonly pairs: readonly number[];
}

/** Every service from every origin. A contract with programs outside, as the JSON of a trace is. */
export interface Audit {
  readonly hoplensAudit: 1;
  readonly cluster: string;
  readonly pairs: readonly Pair[];
  /** First those that surely make most fail, then those that may. */
  readonly causes: readonly Cause[];
}

/** How many pairs are done, and of how many. */
export interface AuditProgress {
  readonly done: number;
  readonly of: number;
}

/** Traces to every port of every service from every namespace. */
export function audit(cluster: Cluster): Audit {
  return drained(auditInSteps(cluster));
}

/** The same, a pair at a time: for those who have something else to do between. */
export function* auditInSteps(cluster: Cluster): Generator<AuditProgress, Audit> {
  const questions = auditQuestions(cluster);
  const pairs: Pair[] = [];
  const causes = new Map<string, Cause & { pairs: number[] }>();
  for (const question of questions) {
    const traced = trace(cluster, question);
    const pair = 'error' in traced ? untraced(traced.error) : verdictOf(traced.value);
    for (const finding of pair.findings) note(causes, finding, pairs.length);
    pairs.push({ ...question, verdict: pair.verdict, answer: pair.answer });
    yield { done: pairs.length, of: questions.length };
  }
  return {
    hoplensAudit: 1,
    cluster: cluster.name,
    pairs,
    causes: [...causes.values()].sort(
      (one, other) => sure(pairs, other) - sure(pairs, one) || other.pairs.length - one.pairs.length,
    ),
  };
}

/** What is asked of each pair. */
export type AuditQuestion = Pick<Pair, 'from' | 'to' | 'protocol' | 'service'>;

/** From every namespace to every port of every service. */
export function auditQuestions(cluster: Cluster): AuditQuestion[] {
  const origins = cluster.nodes.flatMap((node) =>
    node.namespaces.map(({ name, kind }) => (kind === 'host' ? node.name : `${node.name}/${name}`)),
  );
  const targets = cluster.services.flatMap((service) =>
    service.addresses.slice(0, 1).flatMap((address) =>
      service.ports.map((port) => ({
        to: formatSocket(address, port.port),
        protocol: protocolName(port.protocol),
        service: serviceTitle(service),
      })),
    ),
  );
  return origins.flatMap((from) => targets.map((target) => ({ from, ...target })));
}

interface Judged {
  readonly verdict: Pair['verdict'];
  readonly answer: string;
  readonly findings: readonly Finding[];
}

/** A pair that is no question, such as an IPv6 service from a namespace that has no IPv6 address. */
function untraced(error: string): Judged {
  return { verdict: 'undetermined', answer: error, findings: [] };
}

function verdictOf({ outcomes, answer }: TraceResult): Judged {
  const observed = outcomes.filter(({ supportedBy }) => supportedBy.length > 0);
  const likely = observed.length > 0 ? observed : outcomes;
  const [first, ...others] = new Set(likely.map((outcome) => outcome.verdict));
  const failing = (outcome: Outcome): boolean => outcome.verdict !== 'connected';
  return {
    verdict: first !== undefined && others.length === 0 ? first : 'depends',
    answer,
    findings: likely.filter(failing).flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error')),
  };
}

function note(causes: Map<string, Cause & { pairs: number[] }>, finding: Finding, pair: number): void {
  const { code, node, title, fix } = finding;
  const key = JSON.stringify([code, node, title]);
  const known = causes.get(key);
  if (!known) causes.set(key, { code, node, title, fix: fix?.title ?? null, pairs: [pair] });
  else if (!known.pairs.includes(pair)) known.pairs.push(pair);
}

/** How many pairs it makes fail, whatever is not known. */
function sure(pairs: readonly Pair[], cause: Cause): number {
  return cause.pairs.filter((at) => pairs[at]?.verdict !== 'depends').length;
}
