import type * as vscode from 'vscode';
import { lintRules } from '../../core/netfilter/lint';
import { diagnosticOf, showProblems } from '../document-problems';
import { type ParsedDumps, RULE_LANGUAGES } from './parsed-dump';

/** Shows what is wrong in open dumps. */
export function registerProblems(dumps: ParsedDumps): vscode.Disposable {
  return showProblems('hoplens', (document) => {
    if (!RULE_LANGUAGES.includes(document.languageId)) return undefined;
    const { ruleset } = dumps.get(document);
    return [...ruleset.problems, ...lintRules(ruleset)].map((problem) => {
      const line = Math.min(Math.max(problem.line, 1), document.lineCount) - 1;
      return diagnosticOf(document.lineAt(line).range, problem);
    });
  });
}
