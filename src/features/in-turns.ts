import type * as vscode from 'vscode';
import type { AuditProgress } from '../core/audit/audit';

/** How long is worked before the editor has its turn. */
const TURN_MS = 30;

/** Goes through the steps of something long, and lets the editor work between. Undefined when it is cancelled. */
export async function inTurns<T>(
  steps: Generator<AuditProgress, T>,
  progress: vscode.Progress<{ increment?: number; message?: string }>,
  token: vscode.CancellationToken,
): Promise<T | undefined> {
  for (let reported = 0; ;) {
    let step = steps.next();
    for (const end = Date.now() + TURN_MS; step.done !== true && Date.now() < end;) step = steps.next();
    if (step.done === true) return step.value;
    if (token.isCancellationRequested) return undefined;
    const { done, of } = step.value;
    progress.report({ increment: ((done - reported) * 100) / of, message: `${done}/${of}` });
    reported = done;
    await new Promise(setImmediate);
  }
}
