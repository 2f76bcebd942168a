import * as vscode from 'vscode';
import { nodeItems } from '../../core/outline/node';
import { serviceItems } from '../../core/outline/services';
import type { ClusterStore } from '../clusters/cluster-store';
import type { TreeEntry } from './entry';
import { OutlineTree } from './outline-tree';

/** The views Nodes and Services, and what their entries offer. */
export function registerTrees(store: ClusterStore): vscode.Disposable {
  const nodes = new OutlineTree(store, nodeItems);
  const services = new OutlineTree(store, serviceItems);
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
