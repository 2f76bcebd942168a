import * as vscode from 'vscode';
import type { Plan, PlannedChange } from '../../core/plan/plan';
import { CONFIRM_WITHIN } from '../../core/plan/read-plan';
import { writePlan } from '../../core/plan/write-plan';
import { PLAN_ENDING } from './plan-files';

/** Opens a plan of these changes as a document that is not saved yet. Nothing reaches a node by that. */
export async function openNewPlan(name: string, changes: readonly PlannedChange[]): Promise<void> {
  const plan: Plan = {
    hoplensPlan: 1,
    name,
    confirmWithin: CONFIRM_WITHIN.usual,
    onFailure: 'revert-all',
    batch: 1,
    changes,
  };
  await showNewPlan(newUri(name), plan, { preview: false });
}

/** Shows a plan as a document that is saved nowhere yet; what such a document held before is replaced. */
export async function showNewPlan(uri: vscode.Uri, plan: Plan, options: vscode.TextDocumentShowOptions): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.languages.setTextDocumentLanguage(document, 'yaml');
  // First shown, then written: what is written and not shown the editor opens by itself after a while, wherever it likes.
  await vscode.window.showTextDocument(document, options);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), writePlan(plan));
  await vscode.workspace.applyEdit(edit);
}

/** A name that no document has yet. */
function newUri(name: string): vscode.Uri {
  const base =
    name
      .replace(/[^A-Za-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40)
      .toLowerCase() || 'plan';
  const open = new Set(vscode.workspace.textDocuments.map(({ uri }) => uri.path));
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.path ?? '';
  for (let count = 1; ; count++) {
    const path = `${folder}/${base}${count === 1 ? '' : `-${count}`}${PLAN_ENDING}`;
    if (!open.has(path)) return vscode.Uri.from({ scheme: 'untitled', path });
  }
}
