import * as vscode from 'vscode';
import { registerAgents } from './features/agents/register';
import { registerAudit } from './features/audit/register';
import { ClusterStore } from './features/clusters/cluster-store';
import { registerClusterCommands } from './features/clusters/commands';
import { registerDumps } from './features/dumps/register';
import { registerLive } from './features/live/register';
import { registerPlan } from './features/plan/register';
import { registerTrace } from './features/trace/register';
import { registerTrees } from './features/trees/register';
import { registerWhatIf } from './features/what-if/register';

export function activate(context: vscode.ExtensionContext): void {
  const store = new ClusterStore();
  const live = registerLive(store, context);
  context.subscriptions.push(
    store,
    registerClusterCommands(store, context.extensionUri),
    live,
    registerTrees(store),
    registerDumps(store),
    registerTrace(store, context),
    registerWhatIf(store),
    registerAgents(store),
    registerPlan(store, live, context),
    registerAudit(store, context.extensionUri),
  );
  // `npm start` asks for it.
  if (process.env['HOPLENS_OPEN_DEMO'] === '1') void vscode.commands.executeCommand('hoplens.openDemoCluster');
}
