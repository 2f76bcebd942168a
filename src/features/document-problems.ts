import * as vscode from 'vscode';

/** How long typing must pause before a document is checked again, in milliseconds. */
const PAUSE_MS = 300;

/** Shows what is wrong in open documents, and takes it away when they are closed. Undefined for a document of others. */
export function showProblems(
  name: string,
  problemsOf: (document: vscode.TextDocument) => vscode.Diagnostic[] | undefined,
): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection(name);
  const waiting = new Map<vscode.TextDocument, NodeJS.Timeout>();
  const forget = (document: vscode.TextDocument): void => {
    clearTimeout(waiting.get(document));
    waiting.delete(document);
  };
  const check = (document: vscode.TextDocument): void => {
    forget(document);
    const problems = problemsOf(document);
    if (problems) collection.set(document.uri, problems);
  };
  vscode.workspace.textDocuments.forEach(check);
  return vscode.Disposable.from(
    collection,
    vscode.workspace.onDidOpenTextDocument(check),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      forget(document);
      waiting.set(document, setTimeout(check, PAUSE_MS, document));
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

export function diagnosticOf(
  range: vscode.Range,
  { message, severity }: { readonly message: string; readonly severity: 'error' | 'warning' },
): vscode.Diagnostic {
  const level = severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(range, message, level);
  diagnostic.source = 'Hoplens';
  return diagnostic;
}
