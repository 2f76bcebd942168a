/** What two lists have in common, in order, and between it what each has alone (longest common subsequence). */
export function* align<T>(
  here: readonly T[],
  there: readonly T[],
  same: (one: T, other: T) => boolean,
): Generator<{ readonly here?: T; readonly there?: T }> {
  // lengths[i][j]: of the longest common subsequence of what follows here[i] and there[j].
  const lengths = Array.from({ length: here.length + 1 }, () => new Uint32Array(there.length + 1));
  const lengthAt = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = here.length - 1; i >= 0; i--)
    for (let j = there.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row)
        row[j] = same(here[i] as T, there[j] as T)
          ? lengthAt(i + 1, j + 1) + 1
          : Math.max(lengthAt(i + 1, j), lengthAt(i, j + 1));
    }
  let [i, j] = [0, 0];
  while (i < here.length || j < there.length) {
    if (i < here.length && j < there.length && same(here[i] as T, there[j] as T))
      yield { here: here[i++] as T, there: there[j++] as T };
    else if (j < there.length && (i === here.length || lengthAt(i, j + 1) >= lengthAt(i + 1, j)))
      yield { there: there[j++] as T };
    else yield { here: here[i++] as T };
  }
}
