import { compile, type Phrase } from '../template';
import { CONNECTION } from './connection';
import { IPV6 } from './ipv6';
import { LINK } from './link';
import { PACKET } from './packet';
import { RATE } from './rate';
import { TRANSPORT } from './transport';

export interface Match extends Phrase {
  readonly module: string;
  /** Its place among the phrases of its module: one match prints its options in this order. */
  readonly order: number;
}

/** Matches of which each option is a phrase of its own, so that nothing shows where one ends. */
export const SPREAD: ReadonlySet<string> = new Set(['conntrack', 'devgroup', 'iprange', 'ipvs', 'owner']);

/** The word that a phrase begins with, without what is glued to it: `#conn` of `#conn/32`. */
const FIRST = /(?:!\s*)?([#\w-]+:?)/y;

const BY_WORD = new Map<string, Match[]>();
for (const [order, [module, listed, saved]] of [
  ...TRANSPORT,
  ...CONNECTION,
  ...PACKET,
  ...LINK,
  ...RATE,
  ...IPV6,
].entries()) {
  const word = firstWord(listed.replace('{!}', ''), 0) ?? '';
  const phrases = BY_WORD.get(word) ?? [];
  phrases.push({ ...compile(listed, saved), module, order });
  BY_WORD.set(word, phrases);
}

function firstWord(text: string, at: number): string | undefined {
  FIRST.lastIndex = at;
  return FIRST.exec(text)?.[1];
}

/** The matches that the words at a place of a listing may stand for. */
export function matchesAt(text: string, at: number): readonly Match[] {
  return BY_WORD.get(firstWord(text, at) ?? '') ?? [];
}
