import { gzipSync } from 'node:zlib';
import * as vscode from 'vscode';
import type { Snapshot } from '../../core/snapshot/format';

/** Asks for a file and writes what was read of the nodes to it. Undefined when the user leaves. */
export async function saveSnapshot(snapshot: Snapshot): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Snapshot'),
    filters: { [vscode.l10n.t('Hoplens snapshots')]: ['json', 'gz'] },
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, 'nodes.hoplens.json') }),
  });
  if (!uri) return undefined;
  const cluster = (uri.path.split('/').at(-1) ?? 'nodes').replace(/(\.hoplens)?\.json(\.gz)?$/, '');
  const text = new TextEncoder().encode(`${JSON.stringify({ ...snapshot, cluster }, undefined, 1)}\n`);
  await vscode.workspace.fs.writeFile(uri, uri.path.endsWith('.gz') ? gzipSync(text) : text);
  return uri;
}
