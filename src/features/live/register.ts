import * as vscode from 'vscode';
import type { ConnectTo } from '../../nodes/apply/options';
import { connectNode, type NodeConnectOptions } from '../../nodes/connect-node';
import { NodeReader } from '../../nodes/node-reader';
import { configFiles } from '../../nodes/ssh/config-files';
import { opensshConfig } from '../../nodes/ssh/config-openssh';
import { messageOf } from '../../nodes/ssh/errors';
import { localUser } from '../../nodes/ssh/local-user';
import type { ClusterStore } from '../clusters/cluster-store';
import { isBusy } from '../clusters/live-node';
import { LIVE_ID } from '../clusters/open-cluster';
import type { TreeEntry } from '../trees/entry';
import { addNode } from './add-node';
import { Answers } from './answers';
import { Configuration } from './configuration';
import { LiveNodes } from './live-nodes';
import { saveSnapshot } from './save-snapshot';
import { Secrets } from './secrets';

/** The nodes of the settings, for the features that do more with them than read them. */
export interface Live {
  readonly connectTo: ConnectTo;
  /** Of all of them. */
  readonly names: () => string[];
  /** Reads nodes anew. */
  read(names: readonly string[]): Thenable<void>;
  dispose(): void;
}

/** The nodes of the settings, and the commands on them. */
export function registerLive(store: ClusterStore, context: vscode.ExtensionContext): Live {
  const log = vscode.window.createOutputChannel('Hoplens', { log: true });
  const configuration = new Configuration();
  const secrets = new Secrets(context.secrets, context.globalState);
  const me = localUser();
  const questions = new Answers(secrets);
  const options: NodeConnectOptions = {
    me,
    questions,
    config: (destination, signal) => {
      const { sshConfigFile: file } = configuration;
      return opensshConfig(file, configFiles(file, me))(destination, signal);
    },
    log: (line) => {
      log.info(line);
    },
  };
  const nodes = new LiveNodes(
    store,
    (node) => new NodeReader(node, options),
    (name) => void questions.offerToKeep(name),
  );

  const configure = async (): Promise<void> => {
    const { nodes: configured, problems } = configuration.nodes;
    await nodes.configure(configured);
    if (problems.length === 0) return;
    const open = vscode.l10n.t('Open Settings');
    const message = vscode.l10n.t('The setting hoplens.nodes: {0}', problems.join(' '));
    if ((await vscode.window.showWarningMessage(message, open)) === open)
      await vscode.commands.executeCommand('workbench.action.openSettings', 'hoplens.nodes');
  };
  const read = (names: readonly string[]): Thenable<void> =>
    vscode.window.withProgress({ location: { viewId: 'hoplens.nodes' } }, () => nodes.read(names));
  const names = (): string[] => nodes.all.map(({ settings }) => settings.name);

  const command = (id: string, run: (entry?: TreeEntry) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`hoplens.${id}`, run);
  const onNode = (id: string, run: (name: string) => unknown): vscode.Disposable =>
    command(id, async (entry) => {
      const name = entry?.item.id ?? (await pickNode(nodes));
      if (name !== undefined) await run(name);
    });

  const connectTo: ConnectTo = async (name, signal) => {
    const settings = configuration.nodes.nodes.find((one) => one.name === name);
    if (!settings) throw new Error(vscode.l10n.t('{0} is not among the nodes of the settings any more.', name));
    return connectNode(settings, options, signal);
  };

  void configure();
  const disposable = vscode.Disposable.from(
    log,
    nodes,
    configuration.onDidChange(() => void configure()),
    command('addNode', async () => {
      const node = await addNode(configuration);
      if (!node) return;
      await configure();
      await vscode.commands.executeCommand('hoplens.nodes.focus');
      await read([node.name]);
    }),
    command('refresh', () => Promise.all([store.refresh(), read(names())])),
    onNode('readNode', (name) => read([name])),
    onNode('cancelRead', (name) => {
      nodes.cancel(name);
    }),
    onNode('disconnectNode', (name) => nodes.disconnect(name)),
    onNode('removeNode', (name) => configuration.remove(name)),
    command('saveSnapshot', async () => {
      const snapshot = store.get(LIVE_ID)?.cluster.snapshot;
      if (!snapshot || snapshot.nodes.length === 0) {
        void vscode.window.showInformationMessage(vscode.l10n.t('No node has been read yet.'));
        return;
      }
      try {
        const uri = await saveSnapshot(snapshot);
        if (uri) void vscode.window.showInformationMessage(vscode.l10n.t('Saved as {0}.', uri.path));
      } catch (error) {
        void vscode.window.showErrorMessage(vscode.l10n.t('The snapshot was not saved: {0}', messageOf(error)));
      }
    }),
    command('showLog', () => {
      log.show();
    }),
    command('forgetSecrets', async () => {
      const count = await secrets.forgetAll();
      void vscode.window.showInformationMessage(
        count === 0 ? vscode.l10n.t('There was nothing to forget.') : vscode.l10n.t('Forgotten: {0}', count),
      );
    }),
  );
  return { connectTo, names, read, dispose: () => void disposable.dispose() };
}

async function pickNode(nodes: LiveNodes): Promise<string | undefined> {
  const items = nodes.all.map((node) => ({ label: node.settings.name, description: isBusy(node) ? '…' : '' }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Which node?') }))?.label;
}
