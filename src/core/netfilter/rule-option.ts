import type { Rule } from './rule';
import type { OptionUse } from './syntax';

/** The value of an option, wherever in the rule it stands; undefined where absent or inverted. */
export function optionOf({ syntax: { generic, matches } }: Rule, flag: string): string | undefined {
  const isIt = (use: OptionUse): boolean => use.flag === flag && !use.negated;
  let found = generic.find(isIt);
  // Not put together in one list first: it is asked of every rule of 20,000 services.
  for (const { options } of found ? [] : matches) found ??= options.find(isIt);
  return found?.values[0]?.text;
}
