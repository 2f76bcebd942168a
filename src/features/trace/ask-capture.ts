import * as vscode from 'vscode';
import { readCapture } from '../../core/capture/read';
import { captureOf, type CapturePlace } from '../../core/trace/captures/capture-of';
import type { Capture } from '../../core/trace/captures/laid-over';
import type { Cluster } from '../../core/snapshot/cluster';

const LARGEST_BYTES = 256 * 1024 * 1024;

interface PlaceItem extends vscode.QuickPickItem {
  readonly place: CapturePlace;
}

/** Asks for a capture, and where it was taken. Undefined when the user leaves, or is told that it cannot be read. */
export async function askCapture(cluster: Cluster): Promise<Capture | undefined> {
  const file = vscode.l10n.t('$(folder-opened) Open a File…');
  const clipboard = vscode.l10n.t('$(clippy) Text in the Clipboard');
  const from = await vscode.window.showQuickPick([file, clipboard], {
    title: vscode.l10n.t('Which capture?'),
    placeHolder: vscode.l10n.t('A file of tcpdump -w, or what tcpdump -n prints'),
  });
  if (from === undefined) return undefined;
  const source = from === clipboard ? await fromClipboard() : await fromFile();
  if (!source) return undefined;
  const read = readCapture(source.bytes);
  if (read.problem !== undefined) {
    const message = `${source.title}: ${read.problem}`;
    if (read.packets.length === 0) {
      void vscode.window.showErrorMessage(message);
      return undefined;
    }
    void vscode.window.showWarningMessage(message);
  }
  const chosen = await vscode.window.showQuickPick(places(cluster), {
    title: vscode.l10n.t('Where was it taken?'),
    placeHolder: vscode.l10n.t('The node and the interface that tcpdump -i was given'),
  });
  return chosen && captureOf(chosen.place.namespace, chosen.place.interface, source.title, read);
}

interface Source {
  readonly title: string;
  readonly bytes: Uint8Array;
}

async function fromClipboard(): Promise<Source> {
  const text = await vscode.env.clipboard.readText();
  return { title: vscode.l10n.t('clipboard'), bytes: new TextEncoder().encode(text) };
}

async function fromFile(): Promise<Source | undefined> {
  const [uri] = (await vscode.window.showOpenDialog({ openLabel: vscode.l10n.t('Lay over the Trace') })) ?? [];
  if (!uri) return undefined;
  const title = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size <= LARGEST_BYTES) return { title, bytes: await vscode.workspace.fs.readFile(uri) };
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} is larger than 256 MB: cut it with tcpdump -r.', title));
  } catch (error) {
    void vscode.window.showErrorMessage(`${title}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return undefined;
}

function places(cluster: Cluster): PlaceItem[] {
  return cluster.namespaces.flatMap((namespace) => {
    const { node, name, kind, interfaces = [] } = namespace;
    const where = kind === 'host' ? node : `${node}/${name}`;
    return [...interfaces.map((one) => one.name), undefined].map((device): PlaceItem => ({
      label: `${where}: ${device ?? vscode.l10n.t('any interface')}`,
      place: { namespace, interface: device },
    }));
  });
}
