import * as vscode from 'vscode';
import type { Cluster } from '../../core/snapshot/cluster';
import { compareTraces } from '../../core/trace/compare/compare';
import type { TraceResult } from '../../core/trace/result';
import type { Compared } from '../../webview/comparison-note';
import type { PageState } from '../../webview/messages';
import type { PinnedTraces } from './pins';
import { traceState } from './traced';

/** What a trace is held against: the pinned one that was chosen; else, where it is one with changes, the same without. */
export function heldAgainst(
  pins: PinnedTraces,
  cluster: Cluster,
  state: PageState,
  result: TraceResult,
): Compared | undefined {
  const pinned = state.comparedWith === undefined ? undefined : pins.get(state.comparedWith);
  const other = pinned?.result ?? (state.changes.length > 0 ? withoutChanges(cluster, state) : undefined);
  const comparison = other && compareTraces(result, other);
  return comparison && { comparison, label: pinned?.label ?? vscode.l10n.t('without the change') };
}

function withoutChanges(cluster: Cluster, state: PageState): TraceResult | undefined {
  const traced = traceState(cluster, { ...state, changes: [] });
  return 'value' in traced ? traced.value : undefined;
}
