import { type MatchModule, not } from '../match';
import { readNumber } from '../../net/range';
import { unless, valueOf } from './values';

/** A share of the packets: drawn (`random`), or every nth that reaches the rule, whose count is not in a dump. */
export const statistic: MatchModule = {
  bind: (options) => {
    const by = new Map(options.map((use) => [use.flag, use]));
    const mode = by.get('--mode');
    const decisive = by.get(mode && valueOf(mode) === 'nth' ? '--every' : '--probability');
    if (!mode || !decisive) return undefined;
    const value = Number(valueOf(decisive));
    const every = valueOf(mode) === 'nth' ? readNumber(valueOf(decisive)) : undefined;
    const probability = every === undefined ? value : 1 / every;
    if (!(probability >= 0 && probability <= 1)) return undefined;
    const chance = { kind: 'chance', probability } as const;
    const share =
      every === undefined ? `drawn with probability ${percent(probability)}` : `that are every ${every}th here`;
    return [
      {
        test: () => (decisive.negated ? not(chance) : chance),
        words: () => unless(decisive, share, `not ${share}`),
      },
    ];
  },
};

/** `33.3 %` */
export function percent(probability: number): string {
  return `${Number((probability * 100).toFixed(1))} %`;
}
