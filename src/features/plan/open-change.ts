import * as vscode from 'vscode';
import type { Application } from '../../nodes/apply/application';
import { outcomeWords } from './stage-words';

/** A change that is made and waits for its answer: in the status bar, and as a notification. */
export class OpenChange {
  private readonly status = vscode.window.createStatusBarItem(
    'hoplens.openChange',
    vscode.StatusBarAlignment.Left,
    1000,
  );
  private over = false;

  constructor(
    private readonly application: Application,
    private readonly name: string,
  ) {
    this.status.name = vscode.l10n.t('Hoplens: change to be kept');
    this.status.command = { command: 'hoplens.answerChange', title: vscode.l10n.t('Keep or Revert…') };
    this.status.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  }

  /** Until it is kept or reverted, by the user or by itself. `tried`: what was seen on the wire, in sentences. */
  async ask(tried: readonly string[]): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      const subscription = this.application.onChange(() => {
        this.show();
        if (this.application.nodes.every(({ stage }) => ENDS.has(stage))) {
          subscription.dispose();
          resolve();
        }
      });
    });
    this.show();
    this.status.show();
    const keep = vscode.l10n.t('Keep');
    const revert = vscode.l10n.t('Revert');
    const done = this.application.nodes.filter(({ stage }) => stage === 'unconfirmed');
    const nodes = done.map(({ node }) => node).join(', ');
    const seconds = Math.floor(this.application.secondsLeft ?? 0);
    void vscode.window
      .showWarningMessage(
        [
          vscode.l10n.t('{0} is applied to {1}.', this.name, nodes),
          ...tried,
          ...done.flatMap(({ warnings }) => warnings),
          vscode.l10n.t(
            'Unless you keep it within {0} s, it is taken back by itself. The status bar shows the seconds left.',
            seconds,
          ),
        ].join(' '),
        keep,
        revert,
      )
      .then((answer) => {
        if (answer === keep) void this.keep();
        if (answer === revert) void this.revert();
      });
    await ended;
    this.over = true;
    this.status.dispose();
    this.tell();
  }

  /** From the status bar. */
  async choose(): Promise<void> {
    const keep = vscode.l10n.t('Keep');
    const revert = vscode.l10n.t('Revert');
    const title = vscode.l10n.t('{0}: {1} s left', this.name, Math.floor(this.application.secondsLeft ?? 0));
    const answer = await vscode.window.showQuickPick([keep, revert], { title });
    if (answer === keep) await this.keep();
    if (answer === revert) await this.revert();
  }

  async keep(): Promise<void> {
    if (this.over) {
      void vscode.window.showInformationMessage(vscode.l10n.t('{0}: it is over already.', this.name));
      return;
    }
    await this.application.confirm();
  }

  async revert(): Promise<void> {
    if (!this.over) await this.application.revert();
  }

  private show(): void {
    const { secondsLeft } = this.application;
    this.status.text =
      secondsLeft === undefined
        ? vscode.l10n.t('$(sync~spin) {0}', this.name)
        : vscode.l10n.t('$(watch) Reverts in {0} s', Math.floor(secondsLeft));
    this.status.tooltip = vscode.l10n.t('{0}: keep it, or it is taken back', this.name);
  }

  private tell(): void {
    const { nodes } = this.application;
    if (nodes.every(({ stage }) => stage === 'confirmed'))
      void vscode.window.showInformationMessage(vscode.l10n.t('{0} is kept.', this.name));
    else if (nodes.every(({ stage }) => stage === 'reverted'))
      void vscode.window.showInformationMessage(
        vscode.l10n.t('{0} is taken back: everything is as it was before.', this.name),
      );
    else {
      const sentence = vscode.l10n.t('{0}: {1}', this.name, nodes.map(outcomeWords).join(' '));
      // Some kept and some not is what was chosen, and why was told before.
      if (nodes.every(({ stage }) => stage === 'confirmed' || stage === 'reverted'))
        void vscode.window.showInformationMessage(sentence);
      else void vscode.window.showErrorMessage(sentence);
    }
  }
}

const ENDS: ReadonlySet<string> = new Set(['confirmed', 'reverted', 'revert failed']);
