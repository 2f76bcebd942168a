import * as vscode from 'vscode';
import type { SourceRef } from '../../core/outline/item';
import type { TreeEntry } from '../trees/entry';
import { dumpUri } from './dump-uri';

/** Opens an output at a line, and selects the line. */
export async function revealSource(
  clusterId: string,
  source: SourceRef,
  options: { readonly column?: vscode.ViewColumn; readonly preserveFocus?: boolean } = {},
): Promise<void> {
  const document = await vscode.workspace.openTextDocument(dumpUri({ clusterId, ...source }));
  const line = Math.min(Math.max(source.line, 1), document.lineCount) - 1;
  const range = document.lineAt(line).range;
  const editor = await vscode.window.showTextDocument(document, {
    preview: true,
    selection: range,
    preserveFocus: options.preserveFocus === true,
    ...(options.column !== undefined && { viewColumn: options.column }),
  });
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** A click on an entry shows its line and leaves the focus in the tree; the menu's command goes there. */
export function registerReveal(): vscode.Disposable {
  const reveal = async ({ open, item }: TreeEntry, preserveFocus: boolean): Promise<void> => {
    if (item.source) await revealSource(open.id, item.source, { preserveFocus });
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand('hoplens.showInDump', (entry: TreeEntry) => reveal(entry, true)),
    vscode.commands.registerCommand('hoplens.revealInDump', (entry: TreeEntry) => reveal(entry, false)),
  );
}
