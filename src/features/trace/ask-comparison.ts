import * as vscode from 'vscode';
import type { TraceResult } from '../../core/trace/result';
import type { PageState } from '../../webview/messages';
import type { ClusterStore } from '../clusters/cluster-store';
import { questionText } from './choices';
import type { PinnedTrace, PinnedTraces } from './pins';
import type { RecentQuestion } from './recent';
import { newState, traceState } from './traced';

interface PinnedItem extends vscode.QuickPickItem {
  readonly pinned: PinnedTrace;
}

interface QuestionItem extends vscode.QuickPickItem {
  readonly asked: RecentQuestion;
}

/** What a trace is called where others are held against it. */
export function traceLabel(
  store: ClusterStore,
  { clusterUri, from, to, changes }: PageState,
  result: TraceResult,
): string {
  const cluster = store.all.find(({ uri }) => uri.toString() === clusterUri)?.cluster.name;
  const change = changes.length > 0 ? [vscode.l10n.t('with a change')] : [];
  return [`${from} → ${String(result.to['name'] ?? to)}`, cluster, ...change]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/**
 * Asks which trace another one is held against: a pinned one; the same question in another cluster that is open; or one
 * that was asked before, which is traced now. What is chosen is pinned.
 */
export async function askComparison(
  store: ClusterStore,
  pins: PinnedTraces,
  recent: readonly RecentQuestion[],
  state: PageState,
): Promise<PinnedTrace | undefined> {
  const { from, to, protocol = 'tcp' } = state;
  const elsewhere = store.all
    .filter(({ uri, cluster }) => uri.toString() !== state.clusterUri && cluster.nodes.length > 0)
    .map(({ uri }): RecentQuestion => ({ clusterUri: uri.toString(), from, to, protocol }));
  const others = recent.filter((one) => one.clusterUri !== state.clusterUri || one.from !== from || one.to !== to);
  const questions = (title: string, list: readonly RecentQuestion[]): vscode.QuickPickItem[] => [
    { label: title, kind: vscode.QuickPickItemKind.Separator },
    ...list.flatMap((asked): QuestionItem[] => {
      const open = store.all.find(({ uri }) => uri.toString() === asked.clusterUri);
      return open ? [{ label: `$(arrow-swap) ${questionText(asked)}`, description: open.cluster.name, asked }] : [];
    }),
  ];
  const chosen = await pick(
    [
      ...pins.all.map(pinnedItem),
      ...questions(vscode.l10n.t('the same in another cluster'), elsewhere),
      ...questions(vscode.l10n.t('asked before'), others),
    ],
    pins,
  );
  if (!chosen || 'pinned' in chosen) return chosen?.pinned;
  const open = store.all.find(({ uri }) => uri.toString() === chosen.asked.clusterUri);
  const other = newState(chosen.asked);
  const traced = open && traceState(open.cluster, other);
  if (traced && 'value' in traced) return pins.add(traceLabel(store, other, traced.value), traced.value);
  if (traced) void vscode.window.showErrorMessage(traced.error);
  return undefined;
}

function pinnedItem(pinned: PinnedTrace): PinnedItem {
  return {
    label: `$(pinned) ${pinned.label}`,
    description: new Date(pinned.at).toLocaleString(),
    detail: pinned.result.answer,
    buttons: [{ iconPath: new vscode.ThemeIcon('trash'), tooltip: vscode.l10n.t('Unpin') }],
    pinned,
  };
}

function pick(
  items: readonly vscode.QuickPickItem[],
  pins: PinnedTraces,
): Promise<PinnedItem | QuestionItem | undefined> {
  const input = vscode.window.createQuickPick();
  input.title = vscode.l10n.t('Compare with which trace?');
  input.placeholder = vscode.l10n.t('A pinned trace, the same in another cluster, or one that was asked before');
  input.matchOnDescription = true;
  input.items = items;
  return new Promise((resolve) => {
    input.onDidTriggerItemButton(({ item }) => {
      if (isChoice(item) && 'pinned' in item) void pins.remove(item.pinned.id);
      input.items = input.items.filter((one) => one !== item);
    });
    input.onDidAccept(() => {
      const [chosen] = input.selectedItems;
      resolve(chosen && isChoice(chosen) ? chosen : undefined);
      input.hide();
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}

function isChoice(item: vscode.QuickPickItem): item is PinnedItem | QuestionItem {
  return 'pinned' in item || 'asked' in item;
}
