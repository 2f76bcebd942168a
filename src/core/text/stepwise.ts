/** A value that is computed when it is first asked for, at once or a piece at a time, and kept. */
export interface Stepwise<T> {
  (): T;
  /** For those who have something else to do between the pieces. */
  steps(): Generator<void, T>;
  /** The value, where it has been computed. */
  kept(): T | undefined;
}

export function stepwise<T>(compute: () => Generator<void, T>): Stepwise<T> {
  let held: { value: T } | undefined;
  function* steps(): Generator<void, T> {
    held ??= { value: yield* compute() };
    return held.value;
  }
  return Object.assign(() => (held ??= { value: drained(compute()) }).value, { steps, kept: () => held?.value });
}

/** What comes of it, without a pause. */
export function drained<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
