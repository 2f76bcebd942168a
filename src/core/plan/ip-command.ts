import type { Family } from '../net/address';
import { hostileIn } from './hostile';

/** What follows `ip route` or `ip rule`, before it is given a meaning. */
export interface IpCommand {
  readonly family: Family;
  readonly verb: 'add' | 'del' | 'replace';
  readonly words: readonly string[];
}

const VERBS: ReadonlyMap<string, IpCommand['verb']> = new Map([
  ['add', 'add'],
  ['del', 'del'],
  ['delete', 'del'],
  ['replace', 'replace'],
]);

/** Reads `[ip] [-4|-6] [OBJECT] add|del|replace WORDS…`. */
export function readIpCommand(text: string, object: 'route' | 'rule'): IpCommand | { readonly error: string } {
  const hostile = hostileIn(text);
  if (hostile !== undefined) return { error: hostile };
  const words = text.trim().split(/ +/);
  if (words[0] === 'ip') words.shift();
  const named = words[0] === '-6' ? 6 : words[0] === '-4' ? 4 : undefined;
  if (named !== undefined) words.shift();
  if (words[0] === object) words.shift();
  const verb = VERBS.get(words.shift() ?? '');
  if (!verb || (object === 'rule' && verb === 'replace') || words.length === 0)
    return { error: `"${text}" is not ${object === 'route' ? 'add|del|replace ROUTE' : 'add|del SELECTOR ACTION'}` };
  const odd = words.find((word) => !/^[\w.:@][\w.:/@-]*$/.test(word));
  if (odd !== undefined) return { error: `"${odd}" is not a word of ip ${object}` };
  return { family: named ?? (words.some((word) => word.includes(':')) ? 6 : 4), verb, words };
}

/** Names the words that are neither a keyword, the value of one, nor one of `alone`. */
export function strayWord(
  words: readonly string[],
  withValue: ReadonlySet<string>,
  alone: ReadonlySet<string>,
): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (withValue.has(word)) {
      at++;
      if (words[at] === undefined) return `${word} lacks its value`;
    } else if (!alone.has(word)) return `"${word}" does not belong here`;
  }
  return undefined;
}
