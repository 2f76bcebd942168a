/** A chain of nftables that a hook calls. */
export interface BaseChain {
  /** `ip`, `ip6`, `inet` … */
  readonly family: string;
  readonly table: string;
  readonly name: string;
}

/** The base chains that `nft -j list ruleset` shows. */
export function baseChains(text: string): BaseChain[] {
  return [...text.matchAll(/"chain":\s*\{([^}]*)\}/g)].flatMap(([, body = '']) => {
    const field = (name: string): string => new RegExp(`"${name}":\\s*"([^"]*)"`).exec(body)?.[1] ?? '';
    return body.includes('"hook"') ? [{ family: field('family'), table: field('table'), name: field('name') }] : [];
  });
}
