import { ICMP, ICMPV6 } from '../../net/protocol';
import { ICMP_TYPES, ICMPV6_TYPES } from '../icmp-types';
import type { MatchModule } from '../match';
import { readNumber } from '../../net/range';
import { each, unless, valueOf } from './values';

type TypeCode = readonly [type: number, code?: number];

const ANY = 255;

function readType(text: string, names: ReadonlyMap<string, string>): TypeCode | undefined {
  const numbers = names.get(text) ?? text;
  if (numbers === 'any') return [ANY];
  const [first, second] = numbers.split('/', 2);
  const type = readNumber(first ?? '');
  if (type === undefined) return undefined;
  if (second === undefined) return [type];
  const code = readNumber(second);
  return code === undefined ? undefined : [type, code];
}

function nameOf([type, code]: TypeCode, names: ReadonlyMap<string, string>): string | undefined {
  const numbers = code === undefined ? String(type) : `${type}/${code}`;
  return [...names].find(([, value]) => value === numbers)?.[0];
}

/** @param any a type that stands for every type */
function typeModule(protocol: number, any: number | undefined, names: ReadonlyMap<string, string>): MatchModule {
  return {
    bind: (options) =>
      each(options, (use) => {
        const wanted = readType(valueOf(use), names);
        if (!wanted) return undefined;
        const [type, code] = wanted;
        const name = nameOf(wanted, names) ?? valueOf(use);
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

export const icmp = typeModule(ICMP, ANY, ICMP_TYPES);
/** ICMPv6 has no "any": type 255 is a type. */
export const icmp6 = typeModule(ICMPV6, undefined, ICMPV6_TYPES);
