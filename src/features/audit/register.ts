import * as vscode from 'vscode';
import { type Audit, auditInSteps } from '../../core/audit/audit';
import { auditPage } from '../../webview/audit-page';
import { isFromAuditPage } from '../../webview/messages';
import type { ClusterStore } from '../clusters/cluster-store';
import type { OpenCluster } from '../clusters/open-cluster';
import { inTurns } from '../in-turns';
import { pageResources } from '../page-resources';
import type { TreeEntry } from '../trees/entry';
import { auditWords } from './words';

/** The command that traces every service from everywhere. */
export function registerAudit(store: ClusterStore, extensionUri: vscode.Uri): vscode.Disposable {
  return vscode.commands.registerCommand('hoplens.audit', async (entry?: TreeEntry) => {
    const open = entry?.open ?? (await pickCluster(store));
    const audit = open && (await auditWithProgress(open));
    if (open && audit) show(open, audit, extensionUri);
  });
}

async function pickCluster(store: ClusterStore): Promise<OpenCluster | undefined> {
  const read = store.all.filter(({ cluster }) => cluster.nodes.length > 0);
  if (read.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('An audit needs a cluster: nodes that are read, or a snapshot.'),
    );
    return undefined;
  }
  if (read.length === 1) return read[0];
  const items = read.map((open) => ({ label: open.cluster.name, open }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Audit which cluster?') }))?.open;
}

function auditWithProgress({ cluster }: OpenCluster): Thenable<Audit | undefined> {
  const location = vscode.ProgressLocation.Notification;
  const title = vscode.l10n.t('Auditing {0}', cluster.name);
  return vscode.window.withProgress({ location, title, cancellable: true }, (progress, token) =>
    inTurns(auditInSteps(cluster), progress, token),
  );
}

function show(open: OpenCluster, audit: Audit, extensionUri: vscode.Uri): void {
  const panel = vscode.window.createWebviewPanel(
    'hoplens.audit',
    vscode.l10n.t('Audit: {0}', open.cluster.name),
    vscode.ViewColumn.Active,
    { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist', 'webview')] },
  );
  const resources = pageResources(panel.webview, extensionUri);
  panel.webview.html = auditPage(resources, auditWords(open.cluster.name), audit, {}, { clusterId: open.id });
  panel.webview.onDidReceiveMessage(async (message: unknown) => {
    const pair = isFromAuditPage(message) ? audit.pairs[message.pair] : undefined;
    if (!pair) return;
    const { from, to, protocol } = pair;
    await vscode.commands.executeCommand('hoplens.traceQuestion', {
      clusterUri: open.uri.toString(),
      from,
      to,
      protocol,
    });
  });
}
