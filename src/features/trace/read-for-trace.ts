import * as vscode from 'vscode';
import type { Cluster } from '../../core/snapshot/cluster';
import { readInSteps } from '../../core/snapshot/read-in-steps';

/** How long is worked before the editor has its turn. */
const TURN_MS = 30;
/** What takes longer than this is shown, and can be cancelled. */
const BLINK_MS = 1000;

/** Characters of rules that are read in no time. */
const FEW = 500_000;

/** Whether there are so many rules that one does better to begin with something else meanwhile. */
export function hasManyRules({ namespaces }: Cluster): boolean {
  const outputs = namespaces.flatMap(({ record }) => Object.entries(record.outputs));
  const sizes = outputs.map(([id, { stdout }]) => (/^ip6?tables/.test(id) ? stdout.length : 0));
  return sizes.reduce((sum, size) => sum + size, 0) > FEW;
}

const READ = new WeakSet<Cluster>();

/** Whether a trace is quick by now. */
export function isRead(cluster: Cluster): boolean {
  return READ.has(cluster);
}

/** Reads what a trace looks at, and lets the editor work between. False: the user has cancelled it. */
export async function readForTrace(cluster: Cluster): Promise<boolean> {
  const done = await workInTurns(vscode.l10n.t('Reading {0}', cluster.name), readInSteps(cluster));
  if (done) READ.add(cluster);
  return done;
}

/** Works, and says so where it takes long. False: the user has cancelled it. */
export async function workInTurns(title: string, steps: Generator<void, void>): Promise<boolean> {
  if (await workUntil(steps, Date.now() + BLINK_MS)) return true;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (_, token) => {
    while (!token.isCancellationRequested) if (await workUntil(steps, Date.now() + TURN_MS)) return true;
    return false;
  });
}

/** Whether it is done by then. The editor has its turn before. */
async function workUntil(steps: Generator<void, void>, end: number): Promise<boolean> {
  for (;;) {
    // What is told to the editor goes out by a timer.
    await new Promise((resume) => setTimeout(resume));
    for (const turn = Date.now() + TURN_MS; Date.now() < turn;) if (steps.next().done === true) return true;
    if (Date.now() >= end) return false;
  }
}
