import * as vscode from 'vscode';
import type { NodeOperations } from '../../core/plan/operation';
import { commandsOf } from '../../core/plan/commands';
import { inverseOf } from '../../core/plan/inverse';
import { CONFIRM_WITHIN } from '../../core/plan/read-plan';
import { Journal, type JournalEntry } from '../../nodes/apply/journal';
import { commandLine } from '../../nodes/batch/quote';
import type { Applications } from './apply';

/** What was applied from this machine, the newest first; what was kept can be taken back. */
export async function showAppliedPlans(folder: string, applications: Applications): Promise<void> {
  const entries = latest(await new Journal(folder).read());
  if (entries.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No plan has been applied from this machine.'));
    return;
  }
  // What tells them apart comes first: names and commands may be long.
  const items = entries.map((entry) => ({
    label: `$(${ICONS[entry.result]}) ${vscode.l10n.t('{0}: {1}', entry.change.node, resultWord(entry.result))}`,
    description: `${new Date(entry.at).toLocaleString()} · ${entry.who}`,
    detail: [entry.name, ...commandsOf(entry.change).map(commandLine), ...(entry.problem ? [entry.problem] : [])].join(
      ' · ',
    ),
    entry,
  }));
  const title = vscode.l10n.t('Applied plans. Choose one that was kept to revert it.');
  const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true, matchOnDetail: true });
  if (!chosen) return;
  const { entry } = chosen;
  if (entry.result !== 'confirmed') {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0}: nothing is left to revert.', entry.name));
    return;
  }
  await revert(entry, applications);
}

async function revert({ name, change }: JournalEntry, applications: Applications): Promise<void> {
  const back: NodeOperations = inverseOf(change);
  const action = vscode.l10n.t('Revert');
  const detail = [
    ...commandsOf(back).map(commandLine),
    '',
    vscode.l10n.t('It is refused if somebody else has changed the same since.'),
  ].join('\n');
  const message = vscode.l10n.t('Revert {0} on {1}?', name, change.node);
  if ((await vscode.window.showWarningMessage(message, { modal: true, detail }, action)) !== action) return;
  await applications.apply([back], {
    name: vscode.l10n.t('Revert of {0}', name),
    confirmWithin: CONFIRM_WITHIN.usual,
    onFailure: 'revert-all',
    batch: 1,
  });
}

function resultWord(result: JournalEntry['result']): string {
  switch (result) {
    case 'applied':
      return vscode.l10n.t('changed, and not answered yet');
    case 'confirmed':
      return vscode.l10n.t('kept');
    case 'reverted':
      return vscode.l10n.t('taken back');
    case 'revert failed':
      return vscode.l10n.t('not all taken back');
    case 'unknown':
      return vscode.l10n.t('not known');
  }
}

const ICONS = {
  applied: 'watch',
  confirmed: 'check',
  reverted: 'discard',
  'revert failed': 'error',
  unknown: 'question',
} as const;

/** The last that is known of each change of each node. */
function latest(entries: readonly JournalEntry[]): JournalEntry[] {
  const last = new Map<string, JournalEntry>();
  for (const entry of entries) {
    const key = `${entry.id} ${entry.change.node}`;
    last.delete(key);
    last.set(key, entry);
  }
  return [...last.values()].reverse();
}
