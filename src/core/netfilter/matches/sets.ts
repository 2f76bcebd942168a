import { type MatchModule, not } from '../match';
import { each, unless } from './values';

/** Membership in an ipset, by the parts of the packet that the directions name. */
export const set: MatchModule = {
  bind: (options) =>
    each(options, (use) => {
      const [name, directions] = use.values;
      if (use.flag !== '--match-set' && use.flag !== '--set') {
        return {
          test: () => ({
            kind: 'unknown',
            code: 'match-not-simulated',
            subject: `set ${use.flag}`,
            text: `the set's counters satisfy ${use.flag}`,
          }),
          words: () => '',
        };
      }
      if (!name || !directions) return undefined;
      const parts = directions.text.split(',');
      const sides = parts.map((part) => (part === 'src' ? 'source' : 'destination')).join(' and ');
      return {
        test: (view) => {
          const answer = view.inSet(name.text, parts);
          return use.negated ? not(answer) : answer;
        },
        words: () => unless(use, `whose ${sides} is in set ${name.text}`, `whose ${sides} is not in set ${name.text}`),
      };
    }),
};
