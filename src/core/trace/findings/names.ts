import { resolutionNotes, type Resolution } from '../../dns/resolve';
import type { Origin, Target } from '../endpoint';
import type { Finding } from '../result';

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
