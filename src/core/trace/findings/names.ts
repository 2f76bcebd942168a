import { resolutionNotes, type Resolution } from '../../dns/resolve';
import type { Origin, Target } from '../endpoint';
import { agree } from '../likeliest';
import type { Finding, NameResolution, Outcome } from '../result';

/** A question whose target was a name. */
interface Named {
  readonly origin: Origin;
  readonly target: Target;
  readonly resolution: Resolution | undefined;
}

/** What the name was resolved to, and who else may answer. */
export function nameFindings({ resolution, target, origin }: Named): Finding[] {
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

/** Name servers of the cluster that cannot be asked where an outcome holds, since the question or its answer is lost. */
export function resolverFindings({ name, servers, source }: NameResolution, outcome: Outcome): Finding[] {
  return servers.flatMap(({ address, cluster, line, trace }): Finding[] => {
    const answers = trace?.outcomes.filter((one) => agree(one, outcome)) ?? [];
    const lost = answers.filter(({ verdict }) => verdict !== 'connected' && verdict !== 'undetermined');
    if (!cluster || lost.length === 0) return [];
    const sure = lost.length === answers.length;
    const why = lost[0]?.findings.find(({ severity }) => severity === 'error')?.title;
    const ends = `${sure ? 'gets' : 'may get'} no answer${why === undefined ? '' : `: ${why}`}`;
    return [
      {
        code: 'name-server-unreachable',
        severity: sure ? 'error' : 'warning',
        node: source?.node ?? null,
        title: `its name is not resolved, since name server ${address} ${ends}`,
        message: `Name server ${address}, which knows ${name}, ${ends}.`,
        evidence: source ? [{ ...source, line }] : [],
        fix: null,
      },
    ];
  });
}
