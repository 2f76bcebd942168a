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
      : [diagnosticOf(range(read.places[change ?? 0] ?? { start: 0, end: 0 }), { message, severity })],
  );
  return [...own, ...found];
}
