import type { Cluster } from '../../snapshot/cluster';
import type { EvidenceLine, Finding, Fix, Step } from '../result';
import type { LegName } from '../simulator/context';
import type { Run, TracedLeg } from '../simulator/simulate';
import type { Stack } from '../simulator/stack';

/** A leg of a run that fails. */
export interface Failure {
  readonly cluster: Cluster;
  readonly run: Run;
  readonly name: LegName;
  readonly traced: TracedLeg;
}

/** A finding whose title, where it has none, is its message. */
export type Untitled = Omit<Finding, 'title'> & Partial<Pick<Finding, 'title'>>;

/** Recognises one cause of failures; undefined where it is another. */
export type Cause = (failure: Failure) => Untitled | undefined;

/** The step of a request at which a node gave it another destination. */
export function destinationNat({ request }: Run): Step | undefined {
  return request.leg.steps.find((step) => step.kind === 'rule' && /^(DNAT|REDIRECT|NETMAP) to/.test(step.effect));
}

/** The line of a sysctl, where the output shows it. */
export function sysctlEvidence(stack: Stack, key: string): EvidenceLine[] {
  const line = stack.namespace.sysctls?.get(key)?.line ?? 0;
  return line > 0 ? [{ node: stack.node, namespace: stack.name, output: 'sysctl', line, text: key }] : [];
}

export function sysctlFix(node: string, key: string, value: string): Fix {
  return { title: `Set ${key} = ${value} on ${node}`, changes: [{ kind: 'sysctl', node, key, value }] };
}

export function ruleFix(title: string, node: string, ...rules: readonly string[]): Fix {
  return { title, changes: rules.map((rule) => ({ kind: 'iptables-rule', node, rule })) };
}
