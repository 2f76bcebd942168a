/** A chain of nftables that a hook calls. */
export interface BaseChain {
  /** `ip`, `ip6`, `inet` … */
  readonly family: string;
  readonly table: string;
  readonly name: string;
}

/** The base chains that `nft list ruleset` shows, as JSON (-j) or as text; undefined where the text is neither. */
export function baseChains(text: string): BaseChain[] | undefined {
  if (text.includes('"nftables"')) return fromJson(text);
  return /^table \S+ \S+ \{/m.test(text) ? fromText(text) : undefined;
}

function fromJson(text: string): BaseChain[] {
  return [...text.matchAll(/"chain":\s*\{([^}]*)\}/g)].flatMap(([, body = '']) => {
    const field = (name: string): string => new RegExp(`"${name}":\\s*"([^"]*)"`).exec(body)?.[1] ?? '';
    return body.includes('"hook"') ? [{ family: field('family'), table: field('table'), name: field('name') }] : [];
  });
}

function fromText(text: string): BaseChain[] {
  const chains: BaseChain[] = [];
  let [family, table, name] = ['', '', ''];
  for (const line of text.split('\n')) {
    const opened = /^table (\S+) (\S+) \{/.exec(line);
    if (opened) [, family = '', table = ''] = opened;
    name = /^\s+chain (\S+) \{/.exec(line)?.[1] ?? name;
    if (/^\s+type \S+ hook \S+/.test(line)) chains.push({ family, table, name });
  }
  return chains;
}

/** Flowtables, by name: packets of connections in them pass from interface to interface without meeting a rule. */
export function flowTables(text: string): string[] {
  if (!text.includes('"nftables"')) return [...text.matchAll(/^\s+flowtable (\S+) \{/gm)].map(([, name = '']) => name);
  return [...text.matchAll(/"flowtable":\s*\{[^}]*?"name":\s*"([^"]*)"/g)].map(([, name = '']) => name);
}
