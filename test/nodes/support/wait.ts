import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `look` finds what it expects, which it says by not throwing; then its last error is thrown. */
export async function eventually(look: () => void, milliseconds = 5_000): Promise<void> {
  const end = performance.now() + milliseconds;
  for (;;) {
    try {
      look();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(20);
    }
  }
}
