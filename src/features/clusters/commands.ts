import * as vscode from 'vscode';
import type { ClusterStore } from './cluster-store';
import type { OpenCluster } from './open-cluster';

const DEMOS = ['second', 'first'];

/** Opening, closing and reading again of snapshots. */
export function registerClusterCommands(store: ClusterStore, extensionUri: vscode.Uri): vscode.Disposable {
  const openDemo = async (): Promise<void> => {
    for (const name of DEMOS)
      await store.open(vscode.Uri.joinPath(extensionUri, 'dist', 'demo', `${name}.hoplens.json`));
    await vscode.commands.executeCommand('hoplens.nodes.focus');
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand('hoplens.openDemoCluster', openDemo),
    vscode.commands.registerCommand('hoplens.openSnapshot', async (uri?: unknown) => {
      // From the menu of a view VS Code passes the focused entry of its tree instead.
      const chosen = uri instanceof vscode.Uri ? [uri] : await chooseFiles();
      for (const file of chosen ?? []) await store.open(file);
      if (chosen) await vscode.commands.executeCommand('hoplens.nodes.focus');
    }),
    vscode.commands.registerCommand('hoplens.closeCluster', async (item?: { open?: OpenCluster }) => {
      const open = item?.open ?? (await chooseCluster(store));
      if (open) await store.close(open.id);
    }),
  );
}

function chooseFiles(): Thenable<vscode.Uri[] | undefined> {
  return vscode.window.showOpenDialog({
    canSelectMany: true,
    filters: { [vscode.l10n.t('Hoplens snapshots')]: ['json', 'gz'] },
    title: vscode.l10n.t('Open Snapshot'),
  });
}

async function chooseCluster(store: ClusterStore): Promise<OpenCluster | undefined> {
  if (store.all.length < 2) return store.all[0];
  const items = store.all.map((open) => ({ label: open.cluster.name, description: open.id, open }));
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Close Cluster') });
  return picked?.open;
}
