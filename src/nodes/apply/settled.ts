import { commandLine } from '../batch/quote';
import type { GuardedNode } from './guarded-node';
import type { Settling } from './options';
import { pause } from './pause';

const EVERY_MS = 500;

/** What is looked at now. */
export async function lookAt(node: GuardedNode, settling: Settling, signal: AbortSignal): Promise<string> {
  const { argv, textOf = (text: string) => text } = settling;
  return textOf(await node.read(commandLine(argv), signal));
}

/** Waits until an agent has settled, which was as in `before`. False: it has not while the signal let it. */
export async function settled(
  node: GuardedNode,
  settling: Settling,
  before: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { seconds, accept } = settling;
  let last: string | undefined;
  let since = 0;
  while (!signal.aborted) {
    const text = await lookAt(node, settling, signal);
    const now = performance.now();
    if (text !== last || !accept(text, before)) {
      last = text;
      since = now;
    } else if (now - since >= seconds * 1000) return true;
    await pause(EVERY_MS, signal);
  }
  return false;
}
