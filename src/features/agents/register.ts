import * as vscode from 'vscode';
import type { ClusterStore } from '../clusters/cluster-store';
import type { TreeEntry } from '../trees/entry';
import { ConfigurationFiles } from './configuration-files';
import { CONFIGURATION_SCHEME, configurationUri, languageOf, openConfiguration } from './configuration-uri';
import { registerHelp } from './help';
import { proposePlan } from './propose';

/** The configurations of agents as documents; what is saved becomes a plan. */
export function registerAgents(store: ClusterStore): vscode.Disposable {
  const files = new ConfigurationFiles(store);
  const reasons = new WeakMap<vscode.TextDocument, vscode.TextDocumentSaveReason>();
  const open = async ({ open: cluster, item }: TreeEntry): Promise<void> => {
    const { configuration } = item;
    if (!configuration) return;
    const uri = configurationUri(cluster.id, configuration.node, configuration.found);
    const document = await vscode.workspace.openTextDocument(uri);
    const read = openConfiguration(store, uri);
    if (read) await vscode.languages.setTextDocumentLanguage(document, languageOf(read));
    await vscode.window.showTextDocument(document, { preview: true });
  };
  return vscode.Disposable.from(
    files,
    vscode.workspace.registerFileSystemProvider(CONFIGURATION_SCHEME, files, { isCaseSensitive: true }),
    registerHelp(store),
    vscode.commands.registerCommand('hoplens.openConfiguration', open),
    vscode.workspace.onWillSaveTextDocument(({ document, reason }) => {
      if (document.uri.scheme === CONFIGURATION_SCHEME) reasons.set(document, reason);
    }),
    vscode.workspace.onDidSaveTextDocument(async (document) => {
      const saved = openConfiguration(store, document.uri);
      const byHand = reasons.get(document) === vscode.TextDocumentSaveReason.Manual;
      if (saved) await proposePlan(saved, document.getText(), byHand);
    }),
  );
}
