import { ICMP, ICMPV6 } from '../../net/protocol';
import type { MatchModule } from '../match';
import { readNumber } from '../../net/range';
import { each, unless, valueOf } from './values';

type TypeCode = readonly [type: number, code?: number];

/** Names that iptables accepts and, without -n, lists (extensions/libxt_icmp.h). */
const ICMP_TYPES: Readonly<Record<string, TypeCode>> = {
  any: [255],
  'echo-reply': [0],
  pong: [0],
  'destination-unreachable': [3],
  'network-unreachable': [3, 0],
  'host-unreachable': [3, 1],
  'protocol-unreachable': [3, 2],
  'port-unreachable': [3, 3],
  'fragmentation-needed': [3, 4],
  'source-route-failed': [3, 5],
  'network-unknown': [3, 6],
  'host-unknown': [3, 7],
  'network-prohibited': [3, 9],
  'host-prohibited': [3, 10],
  'TOS-network-unreachable': [3, 11],
  'TOS-host-unreachable': [3, 12],
  'communication-prohibited': [3, 13],
  'host-precedence-violation': [3, 14],
  'precedence-cutoff': [3, 15],
  'source-quench': [4],
  redirect: [5],
  'echo-request': [8],
  ping: [8],
  'router-advertisement': [9],
  'router-solicitation': [10],
  'time-exceeded': [11],
  'ttl-exceeded': [11],
  'ttl-zero-during-transit': [11, 0],
  'ttl-zero-during-reassembly': [11, 1],
  'parameter-problem': [12],
  'ip-header-bad': [12, 0],
  'required-option-missing': [12, 1],
  'timestamp-request': [13],
  'timestamp-reply': [14],
  'address-mask-request': [17],
  'address-mask-reply': [18],
};

const ICMPV6_TYPES: Readonly<Record<string, TypeCode>> = {
  'destination-unreachable': [1],
  'no-route': [1, 0],
  'communication-prohibited': [1, 1],
  'beyond-scope': [1, 2],
  'address-unreachable': [1, 3],
  'port-unreachable': [1, 4],
  'failed-policy': [1, 5],
  'reject-route': [1, 6],
  'packet-too-big': [2],
  'time-exceeded': [3],
  'ttl-exceeded': [3],
  'ttl-zero-during-transit': [3, 0],
  'ttl-zero-during-reassembly': [3, 1],
  'parameter-problem': [4],
  'bad-header': [4, 0],
  'unknown-header-type': [4, 1],
  'unknown-option': [4, 2],
  'echo-request': [128],
  'echo-reply': [129],
  'mld-listener-query': [130],
  'mld-listener-report': [131],
  'mld-listener-done': [132],
  'mld-listener-reduction': [132],
  'router-solicitation': [133],
  'router-advertisement': [134],
  'neighbour-solicitation': [135],
  'neighbor-solicitation': [135],
  'neighbour-advertisement': [136],
  'neighbor-advertisement': [136],
  redirect: [137],
};

function readType(text: string, names: Readonly<Record<string, TypeCode>>): TypeCode | undefined {
  const named = Object.hasOwn(names, text) ? names[text] : undefined;
  if (named) return named;
  const [first, second] = text.split('/', 2);
  const type = readNumber(first ?? '');
  if (type === undefined) return undefined;
  if (second === undefined) return [type];
  const code = readNumber(second);
  return code === undefined ? undefined : [type, code];
}

function typeModule(protocol: number, any: number, names: Readonly<Record<string, TypeCode>>): MatchModule {
  return {
    bind: (options) =>
      each(options, (use) => {
        const wanted = readType(valueOf(use), names);
        if (!wanted) return undefined;
        const [type, code] = wanted;
        const name = Object.entries(names).find(([, [t, c]]) => t === type && c === code)?.[0] ?? valueOf(use);
        return {
          test: ({ packet }) => {
            if (packet.proto !== protocol || !packet.icmp) return false;
            const hit =
              type === any || (packet.icmp.type === type && (code === undefined || packet.icmp.code === code));
            return hit !== use.negated;
          },
          words: () => unless(use, `of type ${name}`, `of any type but ${name}`),
        };
      }),
  };
}

export const icmp = typeModule(ICMP, 255, ICMP_TYPES);
/** ICMPv6 has no "any": type 255 is a type. */
export const icmp6 = typeModule(ICMPV6, -1, ICMPV6_TYPES);
