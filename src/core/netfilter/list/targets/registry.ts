import { compile, type Phrase } from '../template';
import { OTHER } from './other';
import { REWRITING } from './rewriting';

const BY_TARGET = new Map<string, Phrase[]>();
for (const [target, listed, saved] of [...REWRITING, ...OTHER]) {
  const phrases = BY_TARGET.get(target) ?? [];
  phrases.push(compile(listed, saved));
  BY_TARGET.set(target, phrases);
}

/** Targets that print nothing where they have their usual options. */
const MAY_BE_SILENT: ReadonlySet<string> = new Set(['MASQUERADE', 'NFLOG', 'REDIRECT', 'TCPOPTSTRIP']);

/** What a listing may print of a target. */
export function targetPhrases(target: string): readonly Phrase[] {
  return BY_TARGET.get(target) ?? [];
}

/** Whether every listing prints something of this target, so that a row without it is cut off. */
export function isAlwaysListed(target: string): boolean {
  return BY_TARGET.has(target) && !MAY_BE_SILENT.has(target);
}
