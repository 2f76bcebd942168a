import type { Random } from '../../lab/random';
import { matches, type Site, unknowableMatch } from './matches';
import { socket, target } from './targets';
import type { Vocabulary } from './vocabulary';

/*
 * Rules that are drawn, within what iptables accepts: what nobody has thought of. In the form of lab/ruleset.ts.
 */

const BASE: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

function rule(random: Random, words: Vocabulary, site: Site, chain: string, wanted: string): string {
  const tests = matches(random, words, site).filter((text) => !(wanted.includes('-p ') && text.includes('-p ')));
  return `${site.table} -A ${[chain, ...tests, wanted].filter(Boolean).join(' ')}`;
}

function rulesOf(random: Random, words: Vocabulary, table: string): string[] {
  const lines: string[] = [];
  for (const hook of BASE[table] ?? []) {
    const site = { table, hook };
    // Chains of the user's for each base chain, so that their rules fit the hook.
    const chains = [hook, `${hook}-MORE`, `${hook}-DEEP`];
    lines.push(...chains.slice(1).map((name) => `${table} -N ${name}`));
    for (const [depth, chain] of chains.entries())
      for (let left = random.below(depth === 0 ? 4 : 3); left > 0; left--) {
        const further = chains[depth + 1];
        const calls = further !== undefined && random.chance(0.3);
        const wanted = calls ? `-${random.pick(['j', 'j', 'g'])} ${further}` : target(random, words, site);
        lines.push(rule(random, words, site, chain, wanted));
      }
    if (table === 'filter' && random.chance(0.1)) lines.push(`filter -P ${hook} DROP`);
  }
  return lines;
}

/** Rules that fill some of a node's tables. */
export function randomRules(random: Random, words: Vocabulary): string[] {
  const tables = Object.keys(BASE).filter((table) => random.chance(table === 'security' ? 0.15 : 0.7));
  const lines = tables.flatMap((table) => rulesOf(random, words, table));
  if (random.chance(0.5))
    for (const hook of ['PREROUTING', 'OUTPUT'])
      for (const service of words.services)
        lines.push(
          `nat -A ${hook} -d ${service} -p tcp -m tcp --dport 80 -j DNAT --to-destination ${socket(random.pick(words.pods), 80)}`,
        );
  return lines;
}

/** One rule that asks what no snapshot tells. */
export function unknowableRule(random: Random): string {
  const [table, hook] = random.pick([
    ['mangle', 'PREROUTING'],
    ['filter', 'FORWARD'],
    ['filter', 'INPUT'],
    ['filter', 'OUTPUT'],
  ] as const);
  if (random.chance(0.05)) return 'raw -A PREROUTING -p tcp -j CT --helper ftp';
  const match = unknowableMatch(random, { table, hook });
  return `${table} -A ${hook} ${match} ${random.pick(['-j DROP', '-j ACCEPT', ''])}`.trim();
}
