import * as vscode from 'vscode';
import type { ClusterStore } from '../clusters/cluster-store';
import type { OpenCluster } from '../clusters/open-cluster';
import { ASK, isKnownQuestion } from '../known-question';
import type { TreeEntry } from '../trees/entry';
import { type Asking, askQuestion } from './ask';
import { type RecentQuestion, RecentQuestions } from './recent';
import { registerPanelCommands } from './panel-commands';
import { PinnedTraces } from './pins';
import { TracePanels } from './trace-panels';
import { newState } from './traced';

/** The commands that trace a packet. */
export function registerTrace(store: ClusterStore, context: vscode.ExtensionContext): vscode.Disposable {
  const pins = new PinnedTraces(context.workspaceState);
  const panels = new TracePanels(store, pins, context.extensionUri);
  const recent = new RecentQuestions(context.workspaceState);
  const ask = async (known: Asking): Promise<void> => {
    if (!store.all.some(isRead) && !(await offerWhatToTraceIn(store))) return;
    const asked = await askQuestion(store.all.filter(isRead), known, recent.all);
    if (!asked) return;
    const { open, from, to, protocol } = asked;
    await show({ clusterUri: open.uri.toString(), from, to, protocol });
  };
  const askKnown = async (known: unknown): Promise<void> => {
    if (!isKnownQuestion(known)) return;
    const { clusterId, from, to, protocol, near } = known;
    const open = store.get(clusterId);
    if (open) await ask({ open, from, to, protocol, near });
  };
  const show = async (question: RecentQuestion): Promise<void> => {
    if (await panels.show(newState(question))) await recent.add(question);
  };
  return vscode.Disposable.from(
    panels.register(),
    registerPanelCommands(store, panels, pins, recent),
    vscode.commands.registerCommand('hoplens.trace', () => ask({})),
    // Not in package.json: for the other features.
    vscode.commands.registerCommand('hoplens.traceQuestion', show),
    vscode.commands.registerCommand(ASK, askKnown),
    // From the context of a page's menu.
    vscode.commands.registerCommand('hoplens.traceFromFinding', askKnown),
    vscode.commands.registerCommand('hoplens.traceAgain', async (clusterUri: string, inCluster: string) => {
      const question = recent.all.find((one) => one.clusterUri === clusterUri);
      if (question) await panels.show(newState({ ...question, clusterUri: inCluster }), vscode.ViewColumn.Beside);
    }),
    vscode.commands.registerCommand('hoplens.traceTo', ({ open, item }: TreeEntry) =>
      ask({
        open,
        ...(item.traceTo !== undefined && { to: item.traceTo }),
        ...(item.protocol !== undefined && { protocol: item.protocol }),
      }),
    ),
    vscode.commands.registerCommand('hoplens.traceFrom', ({ open, item }: TreeEntry) =>
      ask({ open, ...(item.traceFrom !== undefined && { from: item.traceFrom }) }),
    ),
  );
}

const isRead = ({ cluster }: OpenCluster): boolean => cluster.nodes.length > 0;

/** Whether there is then something to trace in. */
async function offerWhatToTraceIn(store: ClusterStore): Promise<boolean> {
  const readNodes = vscode.l10n.t('Read Nodes');
  const openDemo = vscode.l10n.t('Open Demo Cluster');
  const answer = await (store.all.some(({ live }) => live)
    ? vscode.window.showInformationMessage(vscode.l10n.t('No node has been read yet.'), readNodes, openDemo)
    : vscode.window.showInformationMessage(
        vscode.l10n.t('A trace needs a cluster: nodes that are read, or a snapshot.'),
        openDemo,
      ));
  if (answer === readNodes) await vscode.commands.executeCommand('hoplens.refresh');
  if (answer === openDemo) await vscode.commands.executeCommand('hoplens.openDemoCluster');
  return store.all.some(isRead);
}
