import { MATCH_OPTIONS } from './matches/options';
import { TARGET_OPTIONS } from './targets/options';
import { splitWords, type Word } from './words';

/** One option of a rule, with its values: `! --dport 80`. */
export interface OptionUse {
  /** The long spelling, with its dashes. */
  readonly flag: string;
  readonly negated: boolean;
  readonly values: readonly Word[];
}

/** A match or target extension named in a rule, with the options given to it. */
export interface ModuleUse {
  readonly module: string;
  readonly options: readonly OptionUse[];
}

/** A rule as it is written, before any meaning is given to it. */
export interface RuleSyntax {
  /** Options of the rule itself, in long form: `--source`, `--destination`, `--protocol`, interfaces, `--fragment`. */
  readonly generic: readonly OptionUse[];
  readonly matches: readonly ModuleUse[];
  /** Undefined for a rule that only counts. `goto` is `-g`. */
  readonly target: (ModuleUse & { readonly goto: boolean }) | undefined;
  readonly problem?: string;
}

const GENERIC: Readonly<Record<string, readonly [flag: string, values: number]>> = {
  '-s': ['--source', 1],
  '--source': ['--source', 1],
  '--src': ['--source', 1],
  '-d': ['--destination', 1],
  '--destination': ['--destination', 1],
  '--dst': ['--destination', 1],
  '-p': ['--protocol', 1],
  '--protocol': ['--protocol', 1],
  '--proto': ['--protocol', 1],
  '-i': ['--in-interface', 1],
  '--in-interface': ['--in-interface', 1],
  '-o': ['--out-interface', 1],
  '--out-interface': ['--out-interface', 1],
  '-f': ['--fragment', 0],
  '--fragment': ['--fragment', 0],
  '-4': ['--ipv4', 0],
  '--ipv4': ['--ipv4', 0],
  '-6': ['--ipv6', 0],
  '--ipv6': ['--ipv6', 0],
  '-c': ['--set-counters', 2],
  '--set-counters': ['--set-counters', 2],
};

/** Protocols whose options may follow `-p` without `-m` (iptables loads the match of that name). */
const IMPLICIT_MATCH: Readonly<Record<string, string>> = {
  tcp: 'tcp',
  '6': 'tcp',
  udp: 'udp',
  '17': 'udp',
  udplite: 'udp',
  '136': 'udp',
  icmp: 'icmp',
  '1': 'icmp',
  'ipv6-icmp': 'icmp6',
  icmpv6: 'icmp6',
  '58': 'icmp6',
  sctp: 'sctp',
  '132': 'sctp',
  dccp: 'dccp',
  '33': 'dccp',
  esp: 'esp',
  '50': 'esp',
  ah: 'ah',
  '51': 'ah',
};

interface MutableUse {
  module: string;
  options: OptionUse[];
}

/**
 * Reads the words of a rule that follow its chain: `-s 10.0.0.0/8 -m tcp -p tcp --dport 80 -j ACCEPT`. Modules and
 * options that are not known are kept; the values of an unknown option are the words up to the next option.
 */
export function readRuleSyntax(line: string, from: number): RuleSyntax {
  const { words, open } = splitWords(line, from);
  const generic: OptionUse[] = [];
  const matches: MutableUse[] = [];
  let target: (MutableUse & { goto: boolean }) | undefined;
  let latest: MutableUse | undefined;
  let problem = open ? 'a quote is not closed' : undefined;
  let negated = false;

  let at = 0;
  const take = (option: Word, count: number): Word[] => {
    const values = words.slice(at, at + count);
    at += values.length;
    if (values.length < count) problem ??= `${option.text} lacks ${count === 1 ? 'its value' : 'values'}`;
    return values;
  };

  while (at < words.length) {
    // Only where an option may stand: a value may look like one.
    const parts = separate(words[at]);
    if (parts) words.splice(at, 1, ...parts);
    const word = words[at++];
    if (!word) break;
    if (word.text === '!' && !word.quoted) {
      negated = true;
      continue;
    }
    if (!isOption(word)) {
      problem ??= `"${word.text}" does not belong to any option`;
      continue;
    }
    // A match's own option goes before the rule's of the same name: -m policy has a --proto.
    const ofMatch = latest !== undefined && arityOf(word.text, latest, latest === target) !== undefined;
    const common = !ofMatch && Object.hasOwn(GENERIC, word.text) ? GENERIC[word.text] : undefined;
    if (common) {
      const [flag, count] = common;
      // The old spelling puts the "!" behind the option: -s ! 10.0.0.0/8.
      if (count === 1 && words[at]?.text === '!') {
        negated = true;
        at++;
      }
      // Packets and bytes in one word: -c 5,300.
      generic.push({ flag, negated, values: take(word, words[at]?.text.includes(',') === true ? 1 : count) });
    } else if (word.text === '-m' || word.text === '--match') {
      latest = { module: take(word, 1)[0]?.text ?? '', options: [] };
      matches.push(latest);
    } else if (word.text === '-j' || word.text === '--jump' || word.text === '-g' || word.text === '--goto') {
      target = {
        module: take(word, 1)[0]?.text ?? '',
        options: [],
        goto: word.text === '-g' || word.text === '--goto',
      };
      latest = target;
    } else {
      const owner = ownerOf(word.text, target, matches, generic) ?? latest;
      const count = owner && arityOf(word.text, owner, owner === target);
      let values: Word[];
      if (count !== undefined) {
        if (count > 0 && words[at]?.text === '!' && !words[at]?.quoted) {
          negated = true;
          at++;
        }
        values = take(word, count);
      } else {
        const start = at;
        while (at < words.length && !isOption(words[at]) && !(words[at]?.text === '!' && !words[at]?.quoted)) at++;
        values = words.slice(start, at);
      }
      const use = { flag: word.text, negated, values };
      if (owner) owner.options.push(use);
      else problem ??= `${word.text} belongs to no match or target`;
    }
    negated = false;
  }
  return { generic, matches, target, ...(problem === undefined ? {} : { problem }) };
}

/** An option and its value in one word, as getopt_long(3) takes them: `--dport=80`, `-ptcp`. iptables-save prints none. */
function separate(word: Word | undefined): readonly Word[] | undefined {
  if (!word || !isOption(word) || !mayBeJoined(word.text)) return undefined;
  const [, flag, value] =
    /^(--[a-z][a-z0-9-]*)=(.*)$/.exec(word.text) ?? /^(-[sdpiojgm])([^-].*)$/.exec(word.text) ?? [];
  if (flag === undefined || value === undefined) return undefined;
  const end = word.start + flag.length;
  return [
    { ...word, text: flag, end },
    { ...word, text: value, start: word.end - value.length },
  ];
}

/** Told without a pattern, since it is asked of every option of a dump. */
function mayBeJoined(option: string): boolean {
  return option.startsWith('--') ? option.includes('=') : option.length > 2;
}

function isOption(word: Word | undefined): boolean {
  return word !== undefined && !word.quoted && word.text.length > 1 && word.text.startsWith('-');
}

function arityOf(flag: string, use: MutableUse, isTarget: boolean): number | undefined {
  const options = (isTarget ? TARGET_OPTIONS : MATCH_OPTIONS)[use.module];
  return options && Object.hasOwn(options, flag) ? options[flag] : undefined;
}

/** The module that an option belongs to: the target first, then the matches, then the one that `-p` implies. */
function ownerOf(
  flag: string,
  target: MutableUse | undefined,
  matches: MutableUse[],
  generic: readonly OptionUse[],
): MutableUse | undefined {
  if (target && arityOf(flag, target, true) !== undefined) return target;
  for (let at = matches.length - 1; at >= 0; at--) {
    const match = matches[at];
    if (match && arityOf(flag, match, false) !== undefined) return match;
  }
  const protocol = generic.find((use) => use.flag === '--protocol')?.values[0]?.text;
  const implied = protocol === undefined ? undefined : IMPLICIT_MATCH[protocol.toLowerCase()];
  if (implied !== undefined && MATCH_OPTIONS[implied]?.[flag] !== undefined) {
    const match: MutableUse = { module: implied, options: [] };
    matches.push(match);
    return match;
  }
  return undefined;
}
