import * as vscode from 'vscode';
import { type Effect, effectInSteps } from '../../core/plan/effect';
import type { NodeDiff } from '../../core/plan/diff';
import { describeReview, type Review } from '../../core/plan/review';
import { commandLine } from '../../nodes/batch/quote';
import { inTurns } from '../in-turns';

const SCHEME = 'hoplens-plan';

/** Shows what a plan would do: a diff of each node, and a page with its effect and its commands. */
export class ReviewDocuments implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private count = 0;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? vscode.l10n.t('This review is over. Review the plan again.');
  }

  register(): vscode.Disposable {
    return vscode.Disposable.from(this.changed, vscode.workspace.registerTextDocumentContentProvider(SCHEME, this));
  }

  /** The texts of earlier reviews stay as long as the window, as the documents do that show them. */
  private put(path: string, text: string, side = ''): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path, query: `${side}${this.count}` });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    return uri;
  }

  async showDiff(title: string, diffs: readonly NodeDiff[]): Promise<void> {
    this.count++;
    const pairs = diffs.map(({ node, before, after }) => ({
      node,
      // By the same path: otherwise it would be shown as a file that has got another name.
      before: this.put(`/${node}`, before, 'before'),
      after: this.put(`/${node}`, after, 'after'),
    }));
    const [one] = pairs;
    if (!one) return;
    if (pairs.length === 1) {
      await vscode.commands.executeCommand('vscode.diff', one.before, one.after, `${title}: ${one.node}`, {
        preview: false,
      });
      return;
    }
    const resources = pairs.map(({ node, before, after }) => [
      vscode.Uri.from({ scheme: SCHEME, path: `/${node}` }),
      before,
      after,
    ]);
    await vscode.commands.executeCommand('vscode.changes', title, resources);
  }

  async showReview(review: Review, effect: Effect | undefined): Promise<void> {
    const text = [...describeReview(review, effect, commandLine), ''].join('\n');
    const uri = this.put(`/${vscode.l10n.t('Review of {0}', review.plan.name).replaceAll('/', '∕')}.md`, text);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, 'markdown');
    await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preview: false,
      preserveFocus: true,
    });
  }
}

/** Traces every path before and after. Undefined when the user has no patience for it. */
export function effectWithProgress({ plan, before, after, unknowns }: Review): Thenable<Effect | undefined> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Predicting the effect of {0}', plan.name),
      cancellable: true,
    },
    (progress, token) => inTurns(effectInSteps(before, after, unknowns), progress, token),
  );
}
