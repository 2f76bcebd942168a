import { type AddressType, type Answer, type Condition, type MatchModule, not, type Unknown } from '../match';
import { each, unless, valueOf } from './values';

const TYPES: readonly AddressType[] = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
];
const WORDS: Readonly<Partial<Record<AddressType, string>>> = {
  LOCAL: "one of this node's own addresses",
  UNICAST: 'an address elsewhere',
  BROADCAST: 'a broadcast address',
  MULTICAST: 'a multicast address',
};

/** The answer where it is not known whether the address is local: it is of type LOCAL or UNICAST then. */
function withoutTable(wanted: readonly AddressType[], isLocal: Unknown): Answer {
  const [local, elsewhere] = [wanted.includes('LOCAL'), wanted.includes('UNICAST')];
  if (local === elsewhere) return local;
  return local ? isLocal : not(isLocal);
}

/** What the FIB says of an address (net/netfilter/xt_addrtype.c). */
export const addrtype: MatchModule = {
  bind: (options) => {
    const limitIn = options.some((use) => use.flag === '--limit-iface-in');
    const limitOut = options.some((use) => use.flag === '--limit-iface-out');
    return each(options, (use): Condition | undefined => {
      if (use.flag.startsWith('--limit')) return { test: () => true, words: () => '' };
      const source = use.flag === '--src-type';
      const wanted = valueOf(use).toUpperCase().split(',') as AddressType[];
      if (wanted.some((type) => !TYPES.includes(type))) return undefined;
      const where = limitIn ? ' on the incoming interface' : limitOut ? ' on the outgoing interface' : '';
      const list = wanted.map((type) => WORDS[type] ?? `an address of type ${type}`).join(' or ') + where;
      return {
        test: (view): Answer => {
          const device = limitIn ? view.in : limitOut ? view.out : undefined;
          const type = view.addressType(source ? view.packet.src : view.packet.dst, device);
          const answer = typeof type === 'string' ? wanted.includes(type) : withoutTable(wanted, type);
          return use.negated ? not(answer) : answer;
        },
        words: () =>
          source ? unless(use, `from ${list}`, `not from ${list}`) : unless(use, `to ${list}`, `not to ${list}`),
      };
    });
  },
};
