import * as vscode from 'vscode';
import type { SourceRef } from '../../core/outline/item';
import type { TreeEntry } from '../trees/entry';
import { dumpUri } from './dump-uri';

/** Opens an output at a line, and selects the line. */
export async function revealSource(clusterId: string, source: SourceRef, column?: vscode.ViewColumn): Promise<void> {
  const document = await vscode.workspace.openTextDocument(dumpUri({ clusterId, ...source }));
  const line = Math.min(Math.max(source.line, 1), document.lineCount) - 1;
  const range = document.lineAt(line).range;
  const editor = await vscode.window.showTextDocument(document, {
    preview: true,
    selection: range,
    ...(column !== undefined && { viewColumn: column }),
  });
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

export function registerReveal(): vscode.Disposable {
  return vscode.commands.registerCommand('hoplens.revealInDump', async ({ open, item }: TreeEntry) => {
    if (item.source) await revealSource(open.id, item.source);
  });
}
