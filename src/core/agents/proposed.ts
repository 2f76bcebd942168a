import type { AgentValues, PlannedChange } from '../plan/plan';
import type { Cluster } from '../snapshot/cluster';
import { type FoundConfiguration, restartOf } from './found';

/**
 * The changes by which a configuration comes to have other values. What is in etcd is of all nodes: their flanneld is
 * restarted, too, where it is known how.
 */
export function proposedChanges(
  cluster: Cluster,
  node: string,
  { change, restart }: FoundConfiguration,
  set: AgentValues,
): readonly PlannedChange[] {
  const own: PlannedChange = { node, insist: false, ...change, set, restart };
  if (!('etcd' in change.in)) return [own];
  const others = cluster.nodes.filter(({ name }) => name !== node);
  return [
    own,
    ...others.flatMap(({ name, host }): PlannedChange[] => {
      const command = host && restartOf(host, 'flanneld', change.in);
      return command ? [{ node: name, insist: false, kind: 'agent', agent: 'flanneld', restart: command }] : [];
    }),
  ];
}
