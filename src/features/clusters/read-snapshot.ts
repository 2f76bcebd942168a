import { gunzipSync } from 'node:zlib';
import * as vscode from 'vscode';
import { Cluster } from '../../core/snapshot/cluster';
import { parseSnapshot } from '../../core/snapshot/format';

/** Reads a snapshot file. The error is a sentence with file, line and what to do. */
export async function readSnapshot(uri: vscode.Uri): Promise<{ cluster: Cluster } | { error: string }> {
  const name = uri.path.split('/').at(-1) ?? uri.toString();
  let bytes: Uint8Array;
  try {
    bytes = await vscode.workspace.fs.readFile(uri);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { error: vscode.l10n.t('{0} cannot be read: {1}', name, why) };
  }
  const result = parseSnapshot(new TextDecoder().decode(bytes));
  if ('error' in result)
    return { error: vscode.l10n.t('{0}, line {1}: {2}', name, result.error.line, result.error.message) };
  return { cluster: new Cluster(result.snapshot) };
}
