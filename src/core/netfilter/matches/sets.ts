import { type Condition, type MatchModule, not, type Unknown } from '../match';
import type { OptionUse } from '../syntax';
import { unless, valueOf } from './values';

/** They say what a match does to the counters of the set, and nothing of the packet. */
const SIDE_EFFECTS = ['--update-counters', '--update-subcounters'];

/** Membership in an ipset, by the parts of the packet that the directions name. */
export const set: MatchModule = {
  bind: (options) => {
    const membership = options.find(isMembership);
    const [name, directions] = membership?.values ?? [];
    if (!name || !directions) return undefined;
    return options
      .filter((use) => !SIDE_EFFECTS.includes(use.flag))
      .map((use) => (isMembership(use) ? inSet(use, name.text, directions.text.split(',')) : counters(use, name.text)));
  },
};

/** `--set` is the spelling of iptables before 1.4.4. */
function isMembership({ flag }: OptionUse): boolean {
  return flag === '--match-set' || flag === '--set';
}

function inSet(use: OptionUse, name: string, parts: readonly string[]): Condition {
  const sides = parts.map((part) => (part === 'src' ? 'source' : 'destination')).join(' and ');
  return {
    test: (view) => {
      const answer = view.inSet(name, parts);
      return use.negated ? not(answer) : answer;
    },
    words: () => unless(use, `whose ${sides} is in set ${name}`, `whose ${sides} is not in set ${name}`),
  };
}

/** The counters of a set's entries are not in its dump, or are by now others. */
function counters(use: OptionUse, name: string): Condition {
  const asked = `${use.flag} ${valueOf(use)}`.trim();
  const answer: Unknown = {
    kind: 'unknown',
    code: 'match-not-simulated',
    subject: `set ${name} ${asked}`,
    text: `the counters of set ${name} satisfy ${asked}`,
  };
  return { test: () => (use.negated ? not(answer) : answer), words: () => '' };
}
