/** How long anything on the screen may take: a loaded machine with two cores opens a window in five seconds. */
export const PATIENCE_MS = 20_000;
const PAUSE_MS = 50;

const pause = (): Promise<void> => new Promise((resume) => setTimeout(resume, PAUSE_MS));

/** What Playwright says of an element whose page was replaced while it was looked at, or that went before it was. */
const PASSING = /was detached|context was destroyed|not attached to the DOM/;

const isPassing = (error: unknown): error is Error =>
  error instanceof Error && (error.name === 'TimeoutError' || PASSING.test(error.message));

/**
 * Asks `probe` again and again until it has an answer, which is neither undefined nor false; throws after `ms`. What is
 * replaced while it is looked at is no answer yet.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  ms: number = PATIENCE_MS,
): Promise<T> {
  const deadline = Date.now() + ms;
  let cause: Error | undefined;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
      cause = undefined;
    } catch (error) {
      if (!isPassing(error)) throw error;
      cause = error;
    }
    if (Date.now() > deadline) throw new Error(`Waited ${ms / 1000} s in vain for ${what}.`, { cause });
    await pause();
  }
}
