import * as vscode from 'vscode';
import { changesOfEdit } from '../../core/plan/from-edit';
import type { ClusterStore } from '../clusters/cluster-store';
import { dumpAddress, originalId } from '../dumps/dump-uri';
import { openNewPlan } from './make-plan';

/** A plan of what was edited in the copy of an output. */
export async function planFromEdit(store: ClusterStore, uri?: vscode.Uri): Promise<void> {
  const shown = uri ?? vscode.window.activeTextEditor?.document.uri;
  const address = shown && dumpAddress(shown);
  const document = shown && vscode.workspace.textDocuments.find((one) => one.uri.toString() === shown.toString());
  const base = address && store.get(originalId(address.clusterId));
  if (!address || !document || !base) return;
  const { node, namespace, output } = address;
  if (namespace !== 'host') {
    void vscode.window.showErrorMessage(vscode.l10n.t('Plans change nodes, not the namespaces of pods.'));
    return;
  }
  const before = base.cluster.node(node)?.host?.output(output)?.stdout ?? '';
  const changes = changesOfEdit({ node, output, before, after: document.getText() });
  if ('error' in changes || changes.length === 0) {
    void vscode.window.showErrorMessage(
      'error' in changes ? changes.error : vscode.l10n.t('Nothing was edited that would change the node.'),
    );
    return;
  }
  await openNewPlan(vscode.l10n.t('Edit of {0} on {1}', output, node), changes);
}
