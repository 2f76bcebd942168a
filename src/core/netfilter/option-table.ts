/** The options of one match or target: how many values each takes. */
export type OptionTable = Readonly<Record<string, number>>;

/** `options({ 0: '--syn', 2: '--tcp-flags' })`: options by the number of their values. */
export function options(byCount: Readonly<Partial<Record<0 | 1 | 2, string>>>): OptionTable {
  const table: Record<string, number> = {};
  for (const [count, flags] of Object.entries(byCount))
    for (const flag of flags.split(' ')) table[flag] = Number(count);
  return table;
}
