/** What `iptables -L` prints of a target, and what iptables-save prints of it after `-j TARGET` (../template.ts). */
export type TargetPhrase = readonly [target: string, listed: string, saved: string];
