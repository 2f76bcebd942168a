import type { MatchModule } from '../match';
import { each, unless, valueOf } from './values';

/** Matches that say nothing about the packet. */
export const comment: MatchModule = { bind: () => [] };
/** Counts, and always matches (net/netfilter/xt_nfacct.c). */
export const nfacct: MatchModule = { bind: () => [] };

/** IPsec policy: the tracer's packets are not part of IPsec. */
export const policy: MatchModule = {
  bind: (options) =>
    each(options, (use) => {
      if (use.flag !== '--pol') return { test: () => true, words: () => '' };
      return {
        test: () => ({
          kind: 'assumed',
          value: (valueOf(use) === 'none') !== use.negated,
          text: 'the packet is not protected by IPsec',
        }),
        words: () =>
          valueOf(use) === 'none' ? unless(use, 'outside IPsec', 'in IPsec') : unless(use, 'in IPsec', 'outside IPsec'),
      };
    }),
};

/** No connection tracking helper is taken to be attached to the traced connection. */
export const helper: MatchModule = {
  bind: (options) =>
    each(options, (use) => ({
      test: () => ({ kind: 'assumed', value: use.negated, text: 'no conntrack helper is attached' }),
      words: () => unless(use, `of helper ${valueOf(use)}`, `not of helper ${valueOf(use)}`),
    })),
};
