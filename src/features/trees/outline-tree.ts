import * as vscode from 'vscode';
import type { OutlineItem } from '../../core/outline/item';
import { age, collectedText } from '../clusters/age';
import type { ClusterStore } from '../clusters/cluster-store';
import type { OpenCluster } from '../clusters/open-cluster';
import type { TreeEntry, TreeLine } from './entry';

/** Shows an outline of every open cluster. What is below an entry is made when it is opened. */
export class OutlineTree implements vscode.TreeDataProvider<TreeEntry>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly store: ClusterStore,
    private readonly outline: (open: OpenCluster) => readonly OutlineItem[],
  ) {
    this.subscription = store.onDidChange(() => {
      this.changed.fire();
    });
  }

  getChildren(entry?: TreeEntry): TreeEntry[] {
    if (!entry) return this.store.all.map((open) => this.clusterEntry(open));
    return (entry.item.children?.() ?? []).map((item) => ({
      open: entry.open,
      item,
      path: `${entry.path}/${item.id}`,
    }));
  }

  private clusterEntry(open: OpenCluster): TreeEntry {
    const { cluster } = open;
    const when = age(cluster.snapshot.collectedAt, new Date());
    const item: TreeLine = {
      id: open.id,
      label: cluster.name,
      description: open.live ? '' : (when ?? vscode.l10n.t('age unknown')),
      tooltip: open.live ? vscode.l10n.t('The nodes of your settings') : collectedText(cluster.snapshot.collectedAt),
      icon: open.live ? 'vm-connect' : 'type-hierarchy',
      context: open.live ? 'live' : 'cluster',
      expanded: this.store.all[0] === open,
      children: () => this.outline(open),
    };
    return { open, item, path: open.id };
  }

  getTreeItem(entry: TreeEntry): vscode.TreeItem {
    const { item } = entry;
    const collapsed = item.children
      ? item.expanded === true
        ? vscode.TreeItemCollapsibleState.Expanded
        : vscode.TreeItemCollapsibleState.Collapsed
      : vscode.TreeItemCollapsibleState.None;
    const tree = new vscode.TreeItem(item.label, collapsed);
    tree.id = entry.path;
    tree.description = item.description ?? '';
    tree.tooltip = item.tooltip ?? `${item.label} ${item.description ?? ''}`.trim();
    tree.iconPath = iconOf(item);
    tree.contextValue = contextOf(entry);
    // Else it would be the tooltip alone.
    tree.accessibilityInformation = { label: spoken(item) };
    if (item.configuration)
      tree.command = {
        command: 'hoplens.openConfiguration',
        title: vscode.l10n.t('Edit Configuration'),
        arguments: [entry],
      };
    else if (item.source)
      tree.command = { command: 'hoplens.showInDump', title: vscode.l10n.t('Show in Dump'), arguments: [entry] };
    else if (item.command && !item.children) tree.command = { ...item.command, arguments: [entry] };
    return tree;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}

function iconOf({ icon, state, color }: TreeLine): vscode.ThemeIcon {
  if (color !== undefined) return new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
  if (state === 'missing') return new vscode.ThemeIcon('question', new vscode.ThemeColor('disabledForeground'));
  if (state === 'warning') return new vscode.ThemeIcon(icon, new vscode.ThemeColor('list.warningForeground'));
  return new vscode.ThemeIcon(icon);
}

/** Words that the `when` clauses of the menus look for. */
function contextOf({ item }: TreeEntry): string {
  const words = [
    item.context ?? 'item',
    item.configuration && 'configuration',
    item.source && 'source',
    item.copy !== undefined && 'copy',
    item.traceTo !== undefined && 'traceTo',
    item.traceFrom !== undefined && 'traceFrom',
  ];
  return words.filter((word) => typeof word === 'string').join(' ');
}

/** What a screen reader says of a line: what stands there, and of what is not known also why. */
function spoken({ label, description, tooltip, state, children }: TreeLine): string {
  const why = state === 'missing' && !children ? tooltip : undefined;
  return [label, description, why].filter((part) => part !== undefined && part !== '').join(', ');
}
