import type { OptionUse } from '../syntax';

export function formatMark(value: number, mask: number): string {
  const hex = `0x${value.toString(16)}`;
  return mask === 0xffff_ffff ? hex : `${hex}/0x${mask.toString(16)}`;
}

/** The first value of an option. */
export function valueOf(use: Pick<OptionUse, 'values'>): string {
  return use.values[0]?.text ?? '';
}

/** `a` or `not a`. */
export function unless(use: OptionUse, yes: string, no: string): string {
  return use.negated ? no : yes;
}

/** Applies `read` to every option and gives up where one cannot be read. */
export function each<T>(uses: readonly OptionUse[], read: (use: OptionUse) => T | undefined): T[] | undefined {
  const results: T[] = [];
  for (const use of uses) {
    const result = read(use);
    if (result === undefined) return undefined;
    results.push(result);
  }
  return results;
}
