import * as vscode from 'vscode';
import { readCapture } from '../../core/capture/read';
import type { ReadCapture } from '../../core/capture/packet';
import type { Cluster } from '../../core/snapshot/cluster';
import { captureOf } from '../../core/trace/captures/capture-of';
import type { Capture } from '../../core/trace/captures/laid-over';
import type { KeptCapture } from '../../webview/messages';

const LARGEST_BYTES = 256 * 1024 * 1024;

type Read = { readonly read: ReadCapture } | { readonly error: string };

/** Reads a capture from where it is kept. */
export async function readKept({ title, from }: Pick<KeptCapture, 'title' | 'from'>): Promise<Read> {
  if ('text' in from) return { read: readCapture(new TextEncoder().encode(from.text)) };
  try {
    const uri = vscode.Uri.parse(from.uri);
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > LARGEST_BYTES)
      return { error: vscode.l10n.t('{0} is larger than 256 MB: cut it with tcpdump -r.', title) };
    return { read: readCapture(await vscode.workspace.fs.readFile(uri)) };
  } catch (error) {
    return { error: `${title}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** A capture at the place where it was taken; undefined where the cluster has no such namespace. */
export function capturedIn(cluster: Cluster, kept: KeptCapture, read: ReadCapture): Capture | undefined {
  const namespace = cluster.node(kept.node)?.namespaces.find(({ name }) => name === kept.namespace);
  return namespace && captureOf(namespace, kept.interface, kept.title, read);
}
