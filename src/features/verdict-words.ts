import * as vscode from 'vscode';
import type { Verdict } from '../core/trace/result';

/** The verdicts in the language of the editor. */
export function verdictWords(): Readonly<Record<Verdict, string>> {
  return {
    connected: vscode.l10n.t('connected'),
    'no-reply': vscode.l10n.t('no reply'),
    dropped: vscode.l10n.t('dropped'),
    rejected: vscode.l10n.t('rejected'),
    unroutable: vscode.l10n.t('no way'),
    loop: vscode.l10n.t('loop'),
    undetermined: vscode.l10n.t('undetermined'),
  };
}
