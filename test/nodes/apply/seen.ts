import assert from 'node:assert/strict';
import type { Application } from '../../../src/nodes/apply/application';
import { linesWithout } from '../../../src/nodes/apply/differences';
import type { GuardedMachine } from '../../lab/guarded-machine';

/** Shows what differs, and not the hundreds of lines that do not. */
export function assertSame(actual: string, expected: string): void {
  assert.deepEqual(
    { more: linesWithout(actual, expected), less: linesWithout(expected, actual), same: actual === expected },
    { more: [], less: [], same: true },
  );
}

/** Waits until all of a machine is as it is expected to be. */
export async function untilSame(machine: GuardedMachine, expected: string, seconds = 30): Promise<void> {
  const end = performance.now() + seconds * 1000;
  let state = await machine.state();
  while (state !== expected && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    state = await machine.state();
  }
  assertSame(state, expected);
}

/** What has become of it, for a test that fails. */
export function words({ nodes, log }: Application): string {
  return [...nodes.map(({ stage, problem }) => `${stage}: ${problem ?? ''}`), ...log.map(({ text }) => text)].join(
    '\n',
  );
}
