import * as vscode from 'vscode';
import { nodeItems } from '../../core/outline/node';
import { serviceItems } from '../../core/outline/services';
import type { ClusterStore } from '../clusters/cluster-store';
import type { TreeEntry, TreeLine } from './entry';
import { liveLines } from './live-lines';
import { OutlineTree } from './outline-tree';

/** The views Nodes and Services, and what their entries offer. */
export function registerTrees(store: ClusterStore): vscode.Disposable {
  const nodes = new OutlineTree(store, (open) => (open.live ? liveLines(open) : nodeItems(open.cluster)));
  const services = new OutlineTree(store, ({ cluster, live }) =>
    live && cluster.nodes.length === 0 ? [nothingRead()] : serviceItems(cluster),
  );
  return vscode.Disposable.from(
    nodes,
    services,
    vscode.window.createTreeView('hoplens.nodes', { treeDataProvider: nodes, showCollapseAll: true }),
    vscode.window.createTreeView('hoplens.services', { treeDataProvider: services, showCollapseAll: true }),
    vscode.commands.registerCommand('hoplens.copy', (entry: TreeEntry) =>
      vscode.env.clipboard.writeText(entry.item.copy ?? entry.item.label),
    ),
  );
}

function nothingRead(): TreeLine {
  return { id: 'unread', label: vscode.l10n.t('No node has been read yet'), icon: 'info' };
}
