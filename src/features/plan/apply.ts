import { hostname } from 'node:os';
import * as vscode from 'vscode';
import { commandsOf } from '../../core/plan/commands';
import type { NodeOperations } from '../../core/plan/operation';
import type { Plan } from '../../core/plan/plan';
import { wirePaths } from '../../core/plan/wire-paths';
import { concernLine, describeEffect, isRefused, type Review } from '../../core/plan/review';
import type { Effect } from '../../core/plan/effect';
import { Application } from '../../nodes/apply/application';
import { settlingOf } from '../../nodes/apply/settling-of';
import { wireVerifier } from '../../nodes/apply/wire';
import { commandLine } from '../../nodes/batch/quote';
import { localUser } from '../../nodes/ssh/local-user';
import { messageOf } from '../../nodes/ssh/errors';
import type { Live } from '../live/register';
import { OpenChange } from './open-change';
import { outcomeWords, progressWords } from './stage-words';

/** How the plan of an application is guarded. */
export type Guarding = Pick<Plan, 'name' | 'confirmWithin' | 'onFailure' | 'batch'>;

/** Carries out operations on the live nodes, and asks whether they stay. One at a time. */
export class Applications {
  private open: OpenChange | undefined;

  constructor(
    private readonly live: Live,
    /** A folder of this machine. */
    private readonly journal: string,
  ) {}

  answer(): Promise<void> | undefined {
    return this.open?.choose();
  }

  /** `effect`: what it mends is tried on the wire afterwards. */
  async apply(operations: readonly NodeOperations[], plan: Guarding, effect?: Effect): Promise<void> {
    if (this.open) {
      void vscode.window.showWarningMessage(vscode.l10n.t('Another change is still to be kept or reverted.'));
      return;
    }
    const { connectTo, names } = this.live;
    const nodes = operations.map(({ node }) => node);
    const tried: string[] = [];
    const paths = effect ? wirePaths(effect, names()) : [];
    const application = new Application(operations, connectTo, {
      ...plan,
      verify: wireVerifier(paths, nodes, connectTo, (sentence) => void tried.push(sentence)),
      who: `${localUser().name}@${hostname()}`,
      settling: settlingOf(operations),
      journal: this.journal,
    });
    const change = new OpenChange(application, plan.name);
    this.open = change;
    try {
      if (!(await this.carryOut(application, plan))) return;
      // Everything shows what is now: once it is changed, and when it is over. The next change need not wait for that.
      const answered = change.ask(tried).then(() => (this.open = undefined));
      await Promise.all([answered, this.live.read(nodes)]);
      await this.live.read(nodes);
    } finally {
      if (this.open === change) this.open = undefined;
      await application.close();
    }
  }

  /** True: it is done, on some nodes at least, and to be kept or reverted. */
  private async carryOut(application: Application, { name }: Guarding): Promise<boolean> {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Applying {0}', name),
      cancellable: true,
    };
    const problem = await vscode.window.withProgress(options, async (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => {
        stop.abort();
      });
      const subscription = application.onChange(() => {
        progress.report({ message: application.nodes.map(progressWords).join(', ') });
      });
      try {
        const conflicts = await application.prepare(stop.signal);
        if (conflicts.length > 0)
          return vscode.l10n.t('Nothing was changed. {0}', conflicts.map(({ message }) => message).join(' '));
        if (await application.apply(stop.signal)) return undefined;
        return application.nodes.map(outcomeWords).join(' ');
      } catch (error) {
        return messageOf(error);
      } finally {
        subscription.dispose();
      }
    });
    if (problem === undefined) return true;
    // Of several nodes some may be done, and stay if they are kept: that was chosen with `onFailure: stop`.
    const some = application.nodes.some(({ stage }) => stage === 'unconfirmed');
    void vscode.window.showErrorMessage(
      some
        ? vscode.l10n.t('{0} was not applied to all nodes. {1}', name, problem)
        : vscode.l10n.t('{0} was not applied. {1}', name, problem),
    );
    return some;
  }
}

/** Whether the user wants it done, who has the diff before the eyes. */
export async function confirmApply(review: Review, effect: Effect | undefined): Promise<boolean> {
  const { plan, nodes, concerns } = review;
  const detail = [
    ...concerns.map((one) => concernLine(plan, one)),
    ...(effect ? [...describeEffect(effect)].map((line) => line.replaceAll('**', '')) : []),
    '',
    ...nodes.flatMap((one) => commandsOf(one).map((argv) => `${one.node}: ${commandLine(argv)}`)),
    '',
    vscode.l10n.t('Each node takes it back by itself after {0} s unless you keep it.', plan.confirmWithin),
  ].join('\n');
  const apply = vscode.l10n.t('Apply');
  const message = vscode.l10n.t('Apply {0} to {1}?', plan.name, nodes.map(({ node }) => node).join(', '));
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, apply)) === apply;
}

/** Tells what keeps a plan from being applied; true if something does. */
export function tellRefused(review: Review): boolean {
  if (!isRefused(review)) return false;
  const errors = review.concerns.filter(({ severity }) => severity === 'error');
  void vscode.window.showErrorMessage(
    vscode.l10n.t('{0} cannot be applied. {1}', review.plan.name, errors.map(({ message }) => message).join(' ')),
  );
  return true;
}
