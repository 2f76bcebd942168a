/** How long anything on the screen may take: a loaded machine with two cores opens a window in five seconds. */
export const PATIENCE_MS = 20_000;
const PAUSE_MS = 50;

const pause = (): Promise<void> => new Promise((resume) => setTimeout(resume, PAUSE_MS));

/** Asks `probe` again and again until it has an answer, which is neither undefined nor false; throws after `ms`. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  ms: number = PATIENCE_MS,
): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`Waited ${ms / 1000} s in vain for ${what}.`);
    await pause();
  }
}
