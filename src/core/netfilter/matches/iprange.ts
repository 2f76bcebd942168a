import { parseAddress } from '../../net/address';
import type { MatchModule } from '../match';
import { each, unless, valueOf } from './values';

export const iprange: MatchModule = {
  bind: (options) =>
    each(options, (use) => {
      const [first, last = first] = valueOf(use).split('-', 2);
      const from = parseAddress(first ?? '');
      const to = parseAddress(last ?? '');
      if (!from || !to) return undefined;
      const side = use.flag === '--src-range' ? 'src' : 'dst';
      const word = side === 'src' ? 'from' : 'to';
      return {
        test: ({ packet }) => {
          const { family, value } = packet[side];
          return (family === from.family && value >= from.value && value <= to.value) !== use.negated;
        },
        words: () => unless(use, `${word} ${valueOf(use)}`, `not ${word} ${valueOf(use)}`),
      };
    }),
};
