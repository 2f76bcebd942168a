import * as vscode from 'vscode';
import type { AuditWords } from '../../webview/audit-page';
import { verdictWords } from '../verdict-words';

/** The words of an audit's page. */
export function auditWords(cluster: string): AuditWords {
  return {
    title: vscode.l10n.t('{0}: not every service is reached from everywhere', cluster),
    verdicts: { ...verdictWords(), depends: vscode.l10n.t('depends') },
    from: vscode.l10n.t('From'),
    nothing: vscode.l10n.t('There is nothing to audit: {0} has no services.', cluster),
    allWell: vscode.l10n.t('{0}: every service is reached from everywhere', cluster),
    causes: vscode.l10n.t('Why'),
    possibly: vscode.l10n.t('(depends on what is not known)'),
    fix: vscode.l10n.t('Fix:'),
  };
}
