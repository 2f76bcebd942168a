import * as vscode from 'vscode';
import { compilePlan } from '../../core/plan/compile';
import { diagnosticOf } from '../document-problems';
import type { PlanFiles } from './plan-files';

/** What is wrong with a plan: in itself, and for the cluster that is open. What is to be known only is in the review. */
export function planProblems(document: vscode.TextDocument, files: PlanFiles): vscode.Diagnostic[] {
  const read = files.read(document);
  const range = ({ start, end }: { start: number; end: number }): vscode.Range =>
    new vscode.Range(document.positionAt(start), document.positionAt(end));
  const own = read.problems.map((problem) => diagnosticOf(range(problem), problem));
  const cluster = files.clusterOf(read)?.cluster;
  if (!read.plan || !cluster) return own;
  const found = compilePlan(read.plan, cluster).concerns.flatMap(({ change, message, severity }) =>
    severity === 'info'
      ? []
      : [diagnosticOf(firstLine(document, range(read.places[change ?? 0] ?? NOWHERE)), { message, severity })],
  );
  return [...own, ...found];
}

const NOWHERE = { start: 0, end: 0 };

/** What is about a whole change is marked where it begins: the rest of it stays readable. */
function firstLine(document: vscode.TextDocument, range: vscode.Range): vscode.Range {
  return range.isSingleLine ? range : new vscode.Range(range.start, document.lineAt(range.start.line).range.end);
}
