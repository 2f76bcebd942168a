import * as vscode from 'vscode';
import type { ClusterStore } from '../clusters/cluster-store';
import { EDIT_SCHEME } from '../clusters/open-cluster';
import { dumpAddress, dumpUri } from '../dumps/dump-uri';
import { EditedClusters } from './edited-clusters';
import { EditedFiles } from './edited-files';

/** How long typing may pause before what follows from it is worked out. */
const PAUSE_MS = 300;

/** Editing of outputs: what would be if a rule, a route or a setting were another. Nothing reaches a node. */
export function registerWhatIf(store: ClusterStore): vscode.Disposable {
  const clusters = new EditedClusters(store);
  const files = new EditedFiles(clusters);
  const waiting = new Map<string, NodeJS.Timeout>();
  const follow = ({ document }: vscode.TextDocumentChangeEvent): void => {
    const address = document.uri.scheme === EDIT_SCHEME ? dumpAddress(document.uri) : undefined;
    if (!address) return;
    const key = document.uri.toString();
    clearTimeout(waiting.get(key));
    const edit = (): void => void clusters.edit(address.clusterId, address, document.getText());
    waiting.set(key, setTimeout(edit, PAUSE_MS));
  };
  return vscode.Disposable.from(
    vscode.workspace.registerFileSystemProvider(EDIT_SCHEME, files, { isCaseSensitive: true }),
    vscode.workspace.onDidChangeTextDocument(follow),
    new vscode.Disposable(() => {
      for (const timer of waiting.values()) clearTimeout(timer);
    }),
    vscode.commands.registerCommand('hoplens.edit', async (uri?: vscode.Uri) => {
      const shown = uri ?? vscode.window.activeTextEditor?.document.uri;
      const address = shown && dumpAddress(shown);
      const base = address && store.get(address.clusterId);
      if (!address || !base) return;
      const line = vscode.window.activeTextEditor?.selection.active.line ?? 0;
      const copy = await clusters.of(base);
      const document = await vscode.workspace.openTextDocument(dumpUri({ ...address, clusterId: copy.id }));
      const at = document.lineAt(Math.min(line, document.lineCount - 1)).range;
      await vscode.window.showTextDocument(document, { selection: at, preview: false });
      await vscode.commands.executeCommand('hoplens.traceAgain', base.uri.toString(), copy.uri.toString());
    }),
  );
}
