import * as vscode from 'vscode';
import type { Cluster } from '../../core/snapshot/cluster';
import type { KeptCapture } from '../../webview/messages';
import { readKept } from './kept-captures';

interface PlaceItem extends vscode.QuickPickItem {
  readonly place: Pick<KeptCapture, 'node' | 'namespace' | 'interface'>;
}

/** Asks for a capture, and where it was taken. Undefined when the user leaves, or is told that it cannot be read. */
export async function askCapture(cluster: Cluster): Promise<KeptCapture | undefined> {
  const file = vscode.l10n.t('$(folder-opened) Open a File…');
  const clipboard = vscode.l10n.t('$(clippy) Text in the Clipboard');
  const from = await vscode.window.showQuickPick([file, clipboard], {
    title: vscode.l10n.t('Which capture?'),
    placeHolder: vscode.l10n.t('A file of tcpdump -w, or what tcpdump -n prints'),
  });
  if (from === undefined) return undefined;
  const source = from === clipboard ? await fromClipboard() : await fromFile();
  if (!source) return undefined;
  const kept = await readKept(source);
  if ('error' in kept) {
    void vscode.window.showErrorMessage(kept.error);
    return undefined;
  }
  const { problem, packets } = kept.read;
  if (problem !== undefined) {
    const message = `${source.title}: ${problem}`;
    if (packets.length === 0) {
      void vscode.window.showErrorMessage(message);
      return undefined;
    }
    void vscode.window.showWarningMessage(message);
  }
  const chosen = await vscode.window.showQuickPick(places(cluster), {
    title: vscode.l10n.t('Where was it taken?'),
    placeHolder: vscode.l10n.t('The node and the interface that tcpdump -i was given'),
  });
  return chosen && { ...chosen.place, ...source };
}

type Source = Pick<KeptCapture, 'title' | 'from'>;

async function fromClipboard(): Promise<Source> {
  return { title: vscode.l10n.t('clipboard'), from: { text: await vscode.env.clipboard.readText() } };
}

async function fromFile(): Promise<Source | undefined> {
  const [uri] = (await vscode.window.showOpenDialog({ openLabel: vscode.l10n.t('Lay over the Trace') })) ?? [];
  return uri && { title: uri.path.slice(uri.path.lastIndexOf('/') + 1), from: { uri: uri.toString() } };
}

function places(cluster: Cluster): PlaceItem[] {
  return cluster.namespaces.flatMap(({ node, name, kind, interfaces = [] }) => {
    const where = kind === 'host' ? node : `${node}/${name}`;
    return [...interfaces.map((one) => one.name), undefined].map((device): PlaceItem => ({
      label: `${where}: ${device ?? vscode.l10n.t('any interface')}`,
      place: { node, namespace: name, interface: device },
    }));
  });
}
