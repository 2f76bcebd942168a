import * as vscode from 'vscode';
import { lintRules } from '../../core/netfilter/lint';
import { RULE_LANGUAGES, type ParsedDumps } from './parsed-dump';

/** How long typing must pause before a document is checked again, in milliseconds. */
const PAUSE_MS = 300;

/** Shows what is wrong in open dumps, and takes it away when they are closed. */
export function registerProblems(dumps: ParsedDumps): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('hoplens');
  const waiting = new Map<vscode.TextDocument, NodeJS.Timeout>();
  const forget = (document: vscode.TextDocument): void => {
    clearTimeout(waiting.get(document));
    waiting.delete(document);
  };
  const check = (document: vscode.TextDocument): void => {
    forget(document);
    if (RULE_LANGUAGES.includes(document.languageId)) collection.set(document.uri, problemsOf(document, dumps));
  };
  vscode.workspace.textDocuments.forEach(check);
  return vscode.Disposable.from(
    collection,
    vscode.workspace.onDidOpenTextDocument(check),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      forget(document);
      if (RULE_LANGUAGES.includes(document.languageId)) waiting.set(document, setTimeout(check, PAUSE_MS, document));
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      forget(document);
      collection.delete(document.uri);
    }),
    new vscode.Disposable(() => {
      waiting.forEach((timer) => {
        clearTimeout(timer);
      });
    }),
  );
}

function problemsOf(document: vscode.TextDocument, dumps: ParsedDumps): vscode.Diagnostic[] {
  const { ruleset } = dumps.get(document);
  return [...ruleset.problems, ...lintRules(ruleset)].map(({ line, message, severity }) => {
    const range = document.lineAt(Math.min(Math.max(line, 1), document.lineCount) - 1).range;
    const level = severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
    const diagnostic = new vscode.Diagnostic(range, message, level);
    diagnostic.source = 'Hoplens';
    return diagnostic;
  });
}
