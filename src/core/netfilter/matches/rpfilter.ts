import { type MatchModule, not } from '../match';

/** The reverse path check as a match (net/ipv4/netfilter/ipt_rpfilter.c): true where the way back is good. */
export const rpfilter: MatchModule = {
  bind: (options) => {
    const has = (flag: string): boolean => options.some((use) => use.flag === flag);
    const check = { loose: has('--loose'), useMark: has('--validmark'), acceptLocal: has('--accept-local') };
    const invert = has('--invert');
    const way = check.loose
      ? 'any interface leads back to their source'
      : 'the way back to their source is the same interface';
    return [
      {
        test: (view) => (invert ? not(view.reversePath(check)) : view.reversePath(check)),
        words: () =>
          invert ? `that fail the reverse path check (${way})` : `that pass the reverse path check (${way})`,
      },
    ];
  },
};
