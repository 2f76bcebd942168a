import { predictFlanneldRestart } from '../../agents/flannel/predict';
import { agentOperations, type AgentEffect, predictAgent } from '../../agents/operations';
import type { Settings } from '../../agents/refusal';
import { restartAgent } from '../../agents/restart';
import { Cluster } from '../../snapshot/cluster';
import type { NetworkNamespace } from '../../snapshot/namespace';
import type { Operation } from '../operation';
import type { PlannedChange } from '../plan';
import { readPolicyRuleChange } from '../policy-rule-change';
import { readRouteChange } from '../route-change';
import { readRuleChange } from '../rule-change';
import type { Made, Refused } from './made';
import { changePolicyRule, changeRoute } from './routing';
import { changeRule } from './rule';
import { changeSysctl } from './sysctl';
import { changeTable } from './table';

/** A change of a cluster: how it would be then, and what is done on the change's node for that. */
export interface ClusterChange {
  readonly cluster: Cluster;
  readonly operations: readonly Operation[];
  readonly effects: readonly AgentEffect[];
  /** Why it cannot be done, though it can be traced. */
  readonly unfit?: string;
  /** Why the cluster is not as it would be: the effect is not known. */
  readonly unknown?: string;
  /** Of which nodes, where they are others than that of the change. */
  readonly nodes?: readonly string[];
  /** Flannelds that were restarted, whose leases the others have not heard of yet; see leasesHeard. */
  readonly started?: ReadonlyMap<string, Settings>;
}

/** Makes one change to what was collected; the error is a sentence. */
export function makeChange(cluster: Cluster, change: PlannedChange): ClusterChange | Refused {
  const host = cluster.node(change.node)?.host;
  if (!host) return { error: `there is no node "${change.node}" in the snapshot` };
  if (change.kind === 'kube-proxy' || change.kind === 'flannel') {
    const made = agentOperations(cluster, change.node, change);
    if ('error' in made) return made;
    const predicted = predictAgent(cluster, change.node, change);
    return 'error' in predicted ? { ...made, cluster, unknown: predicted.error } : { ...made, ...predicted };
  }
  if (change.kind === 'agent')
    return {
      ...restartAgent(change),
      ...(change.agent === 'flanneld' ? predictFlanneldRestart(cluster, change.node) : { cluster }),
    };
  const made = changeHost(host, change);
  if ('error' in made) return made;
  const { record, ...rest } = made;
  const { snapshot } = cluster;
  const nodes = snapshot.nodes.map((node) => ({
    ...node,
    namespaces: node.namespaces.map((space) => (space === host.record ? record : space)),
  }));
  return { ...rest, effects: [], cluster: new Cluster({ ...snapshot, nodes }, cluster) };
}

type HostChange = Exclude<PlannedChange, { readonly kind: 'kube-proxy' | 'flannel' | 'agent' }>;

function changeHost(host: NetworkNamespace, change: HostChange): Made | Refused {
  switch (change.kind) {
    case 'rule': {
      const rule = readRuleChange(change.rule);
      return 'error' in rule ? rule : changeRule(host, rule);
    }
    case 'table':
      return changeTable(host, change);
    case 'route': {
      const route = readRouteChange(change.command);
      return 'error' in route ? route : changeRoute(host, route);
    }
    case 'policy-rule': {
      const rule = readPolicyRuleChange(change.command);
      return 'error' in rule ? rule : changePolicyRule(host, rule);
    }
    case 'sysctl':
      return changeSysctl(host, change);
  }
}
