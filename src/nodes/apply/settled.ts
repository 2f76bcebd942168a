import { commandLine } from '../batch/quote';
import type { GuardedNode } from './guarded-node';
import type { Settling } from './options';
import { pause } from './pause';

const EVERY_MS = 500;

/** Waits until an agent has settled. False: it has not while the signal let it. */
export async function settled(node: GuardedNode, settling: Settling, signal: AbortSignal): Promise<boolean> {
  const { argv, seconds, accept, textOf = (text: string) => text } = settling;
  let last: string | undefined;
  let since = 0;
  while (!signal.aborted) {
    const text = textOf(await node.read(commandLine(argv), signal));
    const now = performance.now();
    if (text !== last || !accept(text)) {
      last = text;
      since = now;
    } else if (now - since >= seconds * 1000) return true;
    await pause(EVERY_MS, signal);
  }
  return false;
}
