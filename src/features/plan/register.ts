import * as vscode from 'vscode';
import type { PlannedChange } from '../../core/plan/plan';
import { isRefused, type Review, reviewPlan } from '../../core/plan/review';
import { plannedChange } from '../../core/plan/what-if';
import type { Change } from '../../core/trace/result';
import { sshSessions } from '../../nodes/apply/ssh-sessions';
import { messageOf } from '../../nodes/ssh/errors';
import type { ClusterStore } from '../clusters/cluster-store';
import { LIVE_ID } from '../clusters/open-cluster';
import { showProblems } from '../document-problems';
import type { Live } from '../live/register';
import { Applications, confirmApply, tellRefused } from './apply';
import { showAppliedPlans } from './journal';
import { openNewPlan } from './make-plan';
import { planFromEdit } from './plan-from-edit';
import { isPlan, PLAN_FILES, PlanFiles } from './plan-files';
import { planProblems } from './problems';
import { effectWithProgress, ReviewDocuments } from './review';
import { PlanCompletion, PlanHover } from './words-at';

/** Plans: written, reviewed, applied and taken back. */
export function registerPlan(store: ClusterStore, live: Live, context: vscode.ExtensionContext): vscode.Disposable {
  const files = new PlanFiles(store);
  const documents = new ReviewDocuments();
  const journal = vscode.Uri.joinPath(context.globalStorageUri, 'journal').fsPath;
  const applications = new Applications(live, journal);
  const command = (id: string, run: (...args: never[]) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`hoplens.${id}`, run);

  const planOf = (
    uri?: vscode.Uri,
  ): { readonly name: string; readonly review: () => Review | undefined } | undefined => {
    const document = documentOf(uri);
    const read = document && files.read(document);
    if (!read) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Open a plan first: a file *.hoplens-plan.yaml.'));
      return undefined;
    }
    const { plan, problems } = read;
    if (!plan) {
      const [first] = problems;
      void vscode.window.showErrorMessage(
        vscode.l10n.t('The plan cannot be read: line {0}: {1}', first?.line ?? 1, first?.message ?? ''),
      );
      return undefined;
    }
    const review = (): Review | undefined => {
      const open = files.clusterOf(read);
      return open && reviewPlan(plan, open.cluster);
    };
    return { name: plan.name, review };
  };

  const review = async (uri?: vscode.Uri): Promise<void> => {
    const chosen = planOf(uri);
    const found = chosen?.review();
    if (!chosen) return;
    if (!found) {
      void vscode.window.showErrorMessage(vscode.l10n.t('No open cluster has all nodes of {0}.', chosen.name));
      return;
    }
    await documents.showDiff(chosen.name, found.diffs);
    const effect = isRefused(found) ? undefined : await effectWithProgress(found);
    await documents.showReview(found, effect);
  };

  const apply = async (uri?: vscode.Uri): Promise<void> => {
    if (!vscode.workspace.isTrusted) {
      void vscode.window.showErrorMessage(vscode.l10n.t('Plans are applied in trusted workspaces only.'));
      return;
    }
    const chosen = planOf(uri);
    const document = documentOf(uri);
    if (!chosen || !document) return;
    const plan = files.read(document).plan;
    const nodes = [...new Set(plan?.changes.map(({ node }) => node))];
    const known = (store.get(LIVE_ID)?.live ?? []).map(({ settings }) => settings.name);
    const missing = nodes.filter((node) => !known.includes(node));
    if (!plan || missing.length > 0) {
      void vscode.window.showErrorMessage(
        vscode.l10n.t('A plan is applied to live nodes: add {0} first.', missing.join(', ')),
      );
      return;
    }
    try {
      await live.read(nodes);
      const cluster = store.get(LIVE_ID)?.cluster;
      if (!cluster || nodes.some((node) => !cluster.node(node))) return;
      const sessions = await sshSessions(nodes, live.connectTo, AbortSignal.timeout(30_000));
      const found = reviewPlan(plan, cluster, sessions);
      await documents.showDiff(plan.name, found.diffs);
      if (tellRefused(found)) return;
      const effect = await effectWithProgress(found);
      if (await confirmApply(found, effect)) await applications.apply(found.nodes, plan, effect);
    } catch (error) {
      void vscode.window.showErrorMessage(vscode.l10n.t('{0} was not applied. {1}', plan.name, messageOf(error)));
    }
  };

  return vscode.Disposable.from(
    documents.register(),
    showProblems('hoplens-plan', (document) => (isPlan(document) ? planProblems(document, files) : undefined)),
    vscode.languages.registerHoverProvider(PLAN_FILES, new PlanHover()),
    vscode.languages.registerCompletionItemProvider(PLAN_FILES, new PlanCompletion(store), ' ', '-'),
    command('reviewPlan', review),
    command('applyPlan', apply),
    command('showAppliedPlans', () => showAppliedPlans(journal, applications)),
    command('planFromEdit', (uri?: vscode.Uri) => planFromEdit(store, uri)),
    // Not in package.json: for the status bar and the other features.
    command('answerChange', () => applications.answer()),
    command('openPlan', (name: string, changes: readonly PlannedChange[]) => openNewPlan(name, changes)),
    command('makePlan', (name: string, changes: readonly Change[]) => {
      const planned = changes.map(plannedChange).flatMap((one) => ('error' in one ? [] : [one]));
      return openNewPlan(name, planned);
    }),
  );
}

function documentOf(uri: vscode.Uri | undefined): vscode.TextDocument | undefined {
  const shown = uri
    ? vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString())
    : vscode.window.activeTextEditor?.document;
  return shown && isPlan(shown) ? shown : undefined;
}
