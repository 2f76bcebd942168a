import { type Address, parseAddress } from '../net/address';
import { linesOf } from '../text/lines';

/** resolv.conf(5), as far as names depend on it. */
export interface ResolvConf {
  /** In the order that glibc asks them; it takes the first three. */
  readonly nameservers: readonly { readonly address: Address; readonly line: number }[];
  /** The last of `search` and `domain` in the file holds. */
  readonly search: readonly string[];
  /** A name with fewer dots than this is first tried with the search list. */
  readonly ndots: number;
}

export function readResolvConf(text: string): ResolvConf {
  const nameservers: { address: Address; line: number }[] = [];
  let search: string[] = [];
  let ndots = 1;
  for (const { text: line, number } of linesOf(text)) {
    const [keyword, ...values] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'nameserver') {
      const address = parseAddress(values[0]?.replace(/%.*$/, '') ?? '');
      if (address) nameservers.push({ address, line: number });
    } else if (keyword === 'search' || keyword === 'domain') search = values;
    else if (keyword === 'options')
      for (const option of values) {
        const dots = /^ndots:(\d+)$/.exec(option)?.[1];
        if (dots !== undefined) ndots = Math.min(15, Number(dots));
      }
  }
  return { nameservers, search, ndots };
}

/** The C libraries that resolve names: that of most systems, and that of Alpine. */
export type CLibrary = 'glibc' | 'musl';

/**
 * The full names that the C library asks for, in order: glibc as res_search(3) tells, musl as name_from_dns_search in
 * src/network/lookup_name.c, which searches for no name that has as many dots as `ndots`.
 */
export function candidates(
  name: string,
  { search, ndots }: Pick<ResolvConf, 'search' | 'ndots'>,
  library: CLibrary = 'glibc',
): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const dots = name.split('.').length - 1;
  // The domain "." is the root: the name itself.
  const searched = search.map((domain) => (domain === '.' ? name : `${name}.${domain.replace(/\.$/, '')}`));
  if (dots < ndots) return [...searched, name];
  return library === 'musl' ? [name] : [name, ...searched];
}
