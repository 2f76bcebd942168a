import type { Operation } from '../plan/operation';
import type { FlannelPlanned, KubeProxyPlanned } from '../plan/plan';
import type { Cluster } from '../snapshot/cluster';

export type AgentPlanned = KubeProxyPlanned | FlannelPlanned;

/** What a change of an agent's configuration comes down to on its node, and what follows from it. */
export interface AgentOperations {
  /** In order: the configuration, then the restart that makes it take effect. */
  readonly operations: readonly Operation[];
  /** What is worst first. */
  readonly effects: readonly AgentEffect[];
}

export interface AgentEffect {
  /** Running: until the agent or the node starts again. Persistent: what is written stays. */
  readonly lasts: 'running' | 'persistent';
  /** A conflict leaves the cluster broken, and is refused unless insisted on. */
  readonly severity: 'conflict' | 'warning' | 'info';
  /** A sentence. */
  readonly text: string;
}

/** The error is a sentence: what was not read, or what the agent itself would refuse. */
export function agentOperations(
  cluster: Cluster,
  node: string,
  change: AgentPlanned,
): AgentOperations | { readonly error: string } {
  if (!cluster.node(node)) return { error: `there is no node "${node}" in the snapshot` };
  return { error: `a change of ${change.kind} cannot be carried out yet` };
}

/**
 * The cluster as it would be once the agent has started with the change and has done its work; the error says what of it
 * cannot be told beforehand.
 */
export function predictAgent(
  cluster: Cluster,
  node: string,
  change: AgentPlanned,
): { readonly cluster: Cluster } | { readonly error: string } {
  if (!cluster.node(node)) return { error: `there is no node "${node}" in the snapshot` };
  return { error: `the effect of a change of ${change.kind} cannot be told yet` };
}
