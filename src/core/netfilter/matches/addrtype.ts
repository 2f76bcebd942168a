import type { Address } from '../../net/address';
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

/** Types that IPv6 looks up; UNICAST and MULTICAST it tells from the address itself (net/netfilter/xt_addrtype.c `match_type6`). */
const LOOKED_UP: readonly AddressType[] = ['LOCAL', 'ANYCAST', 'UNREACHABLE'];

/** Over IPv6 a local address is UNICAST as well, and of the types asked for the address alone has to have all. */
function hasType6(address: Address, wanted: readonly AddressType[], type: AddressType | Unknown): Answer {
  const multicast = address.value >> 120n === 0xffn;
  if (wanted.includes('MULTICAST') && !multicast) return false;
  if (wanted.includes('UNICAST') && multicast) return false;
  if (wanted.includes('UNSPEC') && address.value !== 0n) return false;
  const lookups = wanted.filter((one) => LOOKED_UP.includes(one));
  if (lookups.length === 0) return true;
  return typeof type === 'string' ? lookups.includes(type) : withoutTable(lookups, type);
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
          const address = source ? view.packet.src : view.packet.dst;
          const type = view.addressType(address, device);
          const answer =
            view.family === 6
              ? hasType6(address, wanted, type)
              : typeof type === 'string'
                ? wanted.includes(type)
                : withoutTable(wanted, type);
          return use.negated ? not(answer) : answer;
        },
        words: () =>
          source ? unless(use, `from ${list}`, `not from ${list}`) : unless(use, `to ${list}`, `not to ${list}`),
      };
    });
  },
};
