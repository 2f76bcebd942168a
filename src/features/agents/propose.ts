import * as vscode from 'vscode';
import { Configuration } from '../../core/agents/configuration';
import { formOf } from '../../core/agents/form';
import { proposedChanges } from '../../core/agents/proposed';
import { makeChange } from '../../core/plan/changes/change';
import type { Plan } from '../../core/plan/plan';
import { showNewPlan } from '../plan/make-plan';
import { PLAN_ENDING } from '../plan/plan-files';
import type { OpenConfiguration } from './configuration-uri';

/** Seconds for the user to see that all is well: an agent's restart takes some of them. */
const CONFIRM_WITHIN = 120;

/**
 * Opens the plan that makes a configuration what was saved. Nothing is carried out. Of a value that the editor has saved by
 * itself, finished or not, nothing is said but what is marked in the text.
 */
export async function proposePlan(open: OpenConfiguration, saved: string, byHand: boolean): Promise<void> {
  const form = formOf(open.change.kind, open.change.in);
  const before = new Configuration(open.text, form);
  const after = new Configuration(saved, form);
  const wrong = after.problems.find(({ severity }) => severity === 'error');
  if (wrong) {
    if (!byHand) return;
    const line = saved.slice(0, wrong.start).split('\n').length;
    void vscode.window.showErrorMessage(
      vscode.l10n.t('No plan is made: {0} would not start with line {1}. {2}', form.agent, line, wrong.message),
    );
    return;
  }
  const set = before.difference(after);
  if (Object.keys(set).length === 0) {
    if (saved !== open.text && byHand)
      void vscode.window.showInformationMessage(
        vscode.l10n.t('No setting has another value: comments and layout are not part of a plan.'),
      );
    return;
  }
  const changes = proposedChanges(open.cluster, open.node, open, set);
  const refused = changes.map((change) => makeChange(open.cluster, change)).find((made) => 'error' in made);
  if (refused) {
    if (byHand) void vscode.window.showErrorMessage(vscode.l10n.t('No plan is made: {0}.', refused.error));
    return;
  }
  const name = vscode.l10n.t('{0} on {1}: {2}', form.agent, open.node, Object.keys(set).join(', '));
  const plan: Plan = {
    hoplensPlan: 1,
    name: name.length > 100 ? `${name.slice(0, 99)}…` : name,
    confirmWithin: CONFIRM_WITHIN,
    onFailure: 'revert-all',
    batch: 1,
    changes,
  };
  // The same again takes the place of the one before.
  const path = `${`${form.agent}-${open.node}`.replace(/[^\w.-]+/g, '-')}${PLAN_ENDING}`;
  // Documents may be saved while one types, which is not to lead away from them.
  await showNewPlan(vscode.Uri.from({ scheme: 'untitled', path }), plan, {
    preview: false,
    preserveFocus: true,
    viewColumn: vscode.ViewColumn.Beside,
  });
}
