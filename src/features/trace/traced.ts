import type { Cluster } from '../../core/snapshot/cluster';
import type { TraceResult } from '../../core/trace/result';
import { settle } from '../../core/trace/settle';
import { trace, traceWith } from '../../core/trace/trace';
import type { PageState } from '../../webview/messages';
import type { RecentQuestion } from './recent';

/** A question that has just been asked: nothing is changed, settled or laid over it. */
export function newState({ clusterUri, from, to, protocol }: RecentQuestion): PageState {
  return {
    clusterUri,
    from,
    to,
    protocol,
    changes: [],
    facts: [],
    shown: undefined,
    captures: [],
    comparedWith: undefined,
  };
}

/** Traces what a panel shows, with its changes and what the user has settled. */
export function traceState(cluster: Cluster, state: PageState): { value: TraceResult } | { error: string } {
  const { from, to, protocol, changes, facts } = state;
  const question = { from, to, ...(protocol !== undefined && { protocol }) };
  const traced = changes.length > 0 ? traceWith(cluster, question, changes) : trace(cluster, question);
  if ('error' in traced) return traced;
  const settled = facts.flatMap(({ value, ...fact }) => (value === undefined ? [] : [{ ...fact, value }]));
  return { value: settle(traced.value, settled) };
}
