/**
 * What `iptables -L` prints of a match, and what iptables-save prints of it after `-m MODULE` (template.ts). Of the
 * phrases that begin with the same word, the first that fits is taken.
 */
export type MatchPhrase = readonly [module: string, listed: string, saved: string];
