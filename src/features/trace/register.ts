import * as vscode from 'vscode';
import type { ClusterStore } from '../clusters/cluster-store';
import type { TreeEntry } from '../trees/entry';
import { type Asking, askQuestion } from './ask';
import { TracePanels } from './trace-panel';

/** The commands that trace a packet. */
export function registerTrace(store: ClusterStore, extensionUri: vscode.Uri): vscode.Disposable {
  const panels = new TracePanels(store, extensionUri);
  const ask = async (known: Asking): Promise<void> => {
    if (store.all.length === 0) {
      const open = vscode.l10n.t('Open Demo Cluster');
      const answer = await vscode.window.showInformationMessage(
        vscode.l10n.t('No cluster is open. A trace needs a snapshot.'),
        open,
      );
      if (answer !== open) return;
      await vscode.commands.executeCommand('hoplens.openDemoCluster');
    }
    const asked = await askQuestion(store.all, known);
    if (!asked) return;
    const { open, from, to, protocol } = asked;
    panels.show({ clusterUri: open.uri.toString(), from, to, protocol, changes: [] });
  };
  return vscode.Disposable.from(
    panels.register(),
    vscode.commands.registerCommand('hoplens.trace', () => ask({})),
    vscode.commands.registerCommand('hoplens.traceTo', ({ open, item }: TreeEntry) =>
      ask({
        open,
        ...(item.traceTo !== undefined && { to: item.traceTo }),
        ...(item.protocol !== undefined && { protocol: item.protocol }),
      }),
    ),
    vscode.commands.registerCommand('hoplens.traceFrom', ({ open, item }: TreeEntry) =>
      ask({ open, ...(item.traceFrom !== undefined && { from: item.traceFrom }) }),
    ),
  );
}
