import { linesOf } from '../text/lines';
import { isObject, objectsOf, stringOf } from '../text/json';

/** A table of nftables, as far as it is understood: how much is in it, and whether iptables-nft made it. */
export interface NftTable {
  /** `ip`, `ip6`, `inet` … */
  readonly family: string;
  readonly name: string;
  readonly chains: number;
  /** Chains that a hook calls. */
  readonly baseChains: number;
  readonly rules: number;
  /** iptables-nft's own: table filter of ip with chain INPUT. Its rules are read from iptables-save. */
  readonly managed: boolean;
  readonly line: number;
}

const MANAGED_FAMILIES = ['ip', 'ip6'];
const MANAGED_TABLES = ['raw', 'mangle', 'nat', 'filter', 'security'];
const MANAGED_CHAIN = /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/;

/** Reads `nft [-j] list ruleset`, and scripts for `nft -f`: `add rule inet …`. */
export function readNftTables(text: string): NftTable[] {
  if (text.includes('"nftables"')) return fromJson(text);
  return /^table /m.test(text) ? fromText(text) : fromCommands(text);
}

interface Draft {
  readonly family: string;
  readonly name: string;
  readonly line: number;
  chains: string[];
  baseChains: string[];
  rules: number;
}

function finished({ chains, baseChains, ...table }: Draft): NftTable {
  const managed =
    MANAGED_FAMILIES.includes(table.family) &&
    MANAGED_TABLES.includes(table.name) &&
    baseChains.every((chain) => MANAGED_CHAIN.test(chain));
  return { ...table, chains: chains.length, baseChains: baseChains.length, managed };
}

function fromText(text: string): NftTable[] {
  const tables: Draft[] = [];
  let chain = '';
  for (const { text: line, number } of linesOf(text)) {
    const opened = /^table (\S+) (\S+) \{/.exec(line);
    if (opened)
      tables.push({
        family: opened[1] ?? '',
        name: opened[2] ?? '',
        line: number,
        chains: [],
        baseChains: [],
        rules: 0,
      });
    const table = tables.at(-1);
    const words = line.trim();
    const inner = /^(chain|map|set|flowtable|counter|quota|ct helper) (\S+) \{/.exec(words);
    if (!table || opened) continue;
    if (inner) {
      chain = inner[1] === 'chain' ? (inner[2] ?? '') : '';
      if (chain !== '') table.chains.push(chain);
    } else if (words === '}') chain = '';
    else if (chain !== '' && /^type \S+ hook \S+/.test(words)) table.baseChains.push(chain);
    else if (chain !== '' && words !== '' && !/^(#|comment |policy |elements )/.test(words)) table.rules++;
  }
  return tables.map(finished);
}

function fromCommands(text: string): NftTable[] {
  const tables = new Map<string, Draft>();
  for (const { text: line, number } of linesOf(text)) {
    const [, kind, family = '', name = '', chain = ''] =
      /^(?:add|create|insert) (table|chain|rule) (\S+) (\S+)(?: (\S+))?/.exec(line) ?? [];
    if (kind === undefined) continue;
    const key = `${family} ${name}`;
    const table = tables.get(key) ?? { family, name, line: number, chains: [], baseChains: [], rules: 0 };
    tables.set(key, table);
    if (kind === 'rule') table.rules++;
    if (kind !== 'chain') continue;
    table.chains.push(chain);
    if (/ \{ *type \S+ hook \S+/.test(line)) table.baseChains.push(chain);
  }
  return [...tables.values()].map(finished);
}

function fromJson(text: string): NftTable[] {
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch {
    return [];
  }
  const tables = new Map<string, Draft>();
  for (const item of isObject(whole) ? objectsOf(whole, 'nftables') : [])
    for (const [kind, value] of Object.entries(item)) {
      if (!isObject(value)) continue;
      const family = stringOf(value, 'family') ?? '';
      const name = (kind === 'table' ? stringOf(value, 'name') : stringOf(value, 'table')) ?? '';
      const key = `${family} ${name}`;
      if (kind === 'table') tables.set(key, { family, name, line: 1, chains: [], baseChains: [], rules: 0 });
      const table = tables.get(key);
      if (kind === 'rule' && table) table.rules++;
      if (kind !== 'chain' || !table) continue;
      table.chains.push(stringOf(value, 'name') ?? '');
      if ('hook' in value) table.baseChains.push(stringOf(value, 'name') ?? '');
    }
  return [...tables.values()].map(finished);
}
