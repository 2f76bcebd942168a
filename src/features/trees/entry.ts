import type * as vscode from 'vscode';
import type { OutlineItem } from '../../core/outline/item';
import type { OpenCluster } from '../clusters/open-cluster';

/** An item of the outline, or one that stands for what Hoplens does. */
export interface TreeLine extends OutlineItem {
  /** More words for the `when` clauses of the menus. */
  readonly context?: string;
  /** What a click does where the line leads to no source and has nothing below; gets the entry. */
  readonly command?: vscode.Command;
  /** Of the icon. */
  readonly color?: string;
}

/** What a tree shows in one line, and the cluster it belongs to. Commands get it as argument. */
export interface TreeEntry {
  readonly open: OpenCluster;
  readonly item: TreeLine;
  /** The ids from the root to the item. */
  readonly path: string;
}
