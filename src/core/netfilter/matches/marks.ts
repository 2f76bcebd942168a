import type { MatchModule } from '../match';
import { readMasked } from '../../net/range';
import { each, formatMark, unless, valueOf } from './values';

/** `(mark & mask) == value` (net/netfilter/xt_mark.c). */
export const mark: MatchModule = {
  bind: (options) =>
    each(options, (use) => {
      const wanted = readMasked(valueOf(use));
      if (!wanted) return undefined;
      const { value, mask } = wanted;
      return {
        test: ({ packet }) => ((packet.mark & mask) >>> 0 === value) !== use.negated,
        words: () => unless(use, `marked ${formatMark(value, mask)}`, `not marked ${formatMark(value, mask)}`),
      };
    }),
};

/** The mark of the connection; a packet without one does not match (net/netfilter/xt_connmark.c). */
export const connmark: MatchModule = {
  bind: (options) =>
    each(options, (use) => {
      const wanted = readMasked(valueOf(use));
      if (!wanted) return undefined;
      const { value, mask } = wanted;
      return {
        test: ({ tracking }) =>
          'connection' in tracking && ((tracking.connection.mark & mask) >>> 0 === value) !== use.negated,
        words: () =>
          unless(
            use,
            `of a connection marked ${formatMark(value, mask)}`,
            `of a connection not marked ${formatMark(value, mask)}`,
          ),
      };
    }),
};
