import type { MatchModule } from '../match';

/**
 * Headers that the tracer's packets have not: the match then fails, whatever is asked of the header and however it is
 * negated (net/ipv6/netfilter/ip6t_rt.c `rt_mt6` and its like: without the header, false).
 */
function absent(header: string): MatchModule {
  return { bind: () => [{ test: () => false, words: () => `that have ${header}` }] };
}

export const ah = absent('an authentication header');
export const dst = absent('destination options');
export const esp = absent('an ESP header');
export const frag = absent('a fragment header');
export const hbh = absent('hop-by-hop options');
export const mh = absent('a mobility header');
export const rt = absent('a routing header');
export const srh = absent('a segment routing header');
