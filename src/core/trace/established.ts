import type { Cluster } from '../snapshot/cluster';
import { toCases } from './cases';
import { explore, type Question } from './choices';
import { TCP } from '../net/protocol';
import { resolveTarget } from './endpoint';
import { resolveName } from '../dns/resolve';
import { curlTarget } from './observe';
import { type Run, simulate } from './simulator/simulate';

/** A fact that something seen on the cluster settles: with any other value it could not have been seen. */
export interface Established {
  readonly question: Question;
  readonly values: readonly string[];
  /** What was seen. */
  readonly because: string;
}

const MOST_RUNS = 64;

/**
 * What the snapshot's own successes prove: an answered `curl` from one place needs ip_forward on every node it went
 * through, whatever the sysctls that were not collected. By question id.
 */
export function establishedFacts(cluster: Cluster): Map<string, Established> {
  const facts = new Map<string, Established>();
  for (const namespace of cluster.namespaces)
    for (const [id, output] of Object.entries(namespace.record.outputs)) {
      const aim = id.startsWith('curl') && output.exitCode === 0 ? curlTarget(output.command) : undefined;
      if (!aim) continue;
      const host = aim.host.includes(':') ? `[${aim.host}]` : aim.host;
      const target = resolveTarget(cluster, `${host}:${aim.port}`, (name) => {
        const found = resolveName(cluster, namespace, name);
        return found && { value: found.address };
      });
      if ('error' in target) continue;
      const setup = {
        cluster,
        origin: { kind: 'namespace', namespace, source: undefined } as const,
        target: target.value,
        protocol: TCP,
        sourcePort: 40000,
        assumed: new Map(),
      };
      const { leaves, complete } = explore((choices) => simulate(setup, choices), MOST_RUNS);
      if (!complete) continue;
      const cases = toCases<Run | undefined>(leaves, (run) => run?.verdict ?? '', undefined);
      const successes = cases.filter((one) => one.results.some(({ result }) => result?.verdict === 'connected'));
      const from = namespace.kind === 'host' ? namespace.node : `${namespace.node}/${namespace.name}`;
      for (const fact of common(successes))
        facts.set(fact.question.id, { ...fact, because: `"${output.command}" on ${from} was answered` });
    }
  return facts;
}

/** Facts that every one of the cases needs. */
function common(
  cases: ReturnType<typeof toCases<Run | undefined>>,
): { question: Question; values: readonly string[] }[] {
  const [first, ...rest] = cases;
  return [...(first?.facts.values() ?? [])].flatMap(({ question, values }) => {
    const union = new Set(values);
    for (const other of rest)
      for (const value of other.facts.get(question.id)?.values ?? question.domain) union.add(value);
    return union.size < question.domain.length ? [{ question, values: [...union] }] : [];
  });
}
