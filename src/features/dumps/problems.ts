import * as vscode from 'vscode';
import { lintRules } from '../../core/netfilter/lint';
import { RULE_LANGUAGES, type ParsedDumps } from './parsed-dump';

/** Shows what is wrong in open dumps, and takes it away when they are closed. */
export function registerProblems(dumps: ParsedDumps): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('hoplens');
  const check = (document: vscode.TextDocument): void => {
    if (!RULE_LANGUAGES.includes(document.languageId)) return;
    const { ruleset } = dumps.get(document);
    const problems = [...ruleset.problems, ...lintRules(ruleset)];
    collection.set(
      document.uri,
      problems.map(({ line, message, severity }) => {
        const range = document.lineAt(Math.min(Math.max(line, 1), document.lineCount) - 1).range;
        const diagnostic = new vscode.Diagnostic(
          range,
          message,
          severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
        );
        diagnostic.source = 'Hoplens';
        return diagnostic;
      }),
    );
  };
  vscode.workspace.textDocuments.forEach(check);
  return vscode.Disposable.from(
    collection,
    vscode.workspace.onDidOpenTextDocument(check),
    vscode.workspace.onDidChangeTextDocument((event) => {
      check(event.document);
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      collection.delete(document.uri);
    }),
  );
}
