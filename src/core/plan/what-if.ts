import type { Cluster } from '../snapshot/cluster';
import { routeCommand } from '../trace/change-command';
import type { Change } from '../trace/result';
import { makeChange } from './changes/change';
import type { PlannedChange } from './plan';

export type WhatIf = { readonly cluster: Cluster } | { readonly error: string };

/** The cluster as it would be once the changes are made. The outputs are edited as the commands would edit the state. */
export function applyChanges(cluster: Cluster, changes: readonly Change[]): WhatIf {
  for (const change of changes) {
    const planned = plannedChange(change);
    const changed = 'error' in planned ? planned : makeChange(cluster, planned);
    if ('error' in changed) return changed;
    if (changed.unknown !== undefined) return { error: changed.unknown };
    ({ cluster } = changed);
  }
  return { cluster };
}

/** What a finding's fix proposes, as an entry of a plan. */
export function plannedChange(change: Change): PlannedChange | { readonly error: string } {
  const { node, kind } = change;
  switch (kind) {
    case 'iptables-rule':
      return { node, insist: false, kind: 'rule', rule: change.rule ?? '' };
    case 'sysctl':
      return { node, insist: false, kind, key: change.key ?? '', value: change.value ?? '', file: undefined };
    case 'route':
      return { node, insist: false, kind, command: routeCommand(change) };
    default:
      return { error: `a change of kind ${kind} cannot be traced yet` };
  }
}
