import { ALL_ONES, type Family } from '../../net/address';
import { type Packet } from '../../net/packet';
import { contains, formatNetwork, parsePrefix } from '../../net/prefix';
import { parseProtocol, protocolTitle } from '../../net/protocol';
import type { Condition } from '../match';
import type { OptionUse } from '../syntax';
import { unless, valueOf } from './values';

/** The tests that a rule has by itself: addresses, protocol, interfaces, fragment. Undefined where unreadable. */
export function bindGeneric(use: OptionUse, family: Family): Condition | undefined {
  switch (use.flag) {
    case '--source':
      return addressCondition(use, 'src', family);
    case '--destination':
      return addressCondition(use, 'dst', family);
    case '--protocol':
      return protocolCondition(use);
    case '--in-interface':
      return interfaceCondition(use, 'in');
    case '--out-interface':
      return interfaceCondition(use, 'out');
    case '--fragment':
      // Connection tracking reassembles, and the tracer sends whole packets: there is no second fragment.
      return {
        test: () => use.negated,
        words: () => unless(use, 'that are second or later fragments', 'that are whole or first fragments'),
      };
    case '--ipv4':
      return { test: () => family === 4, words: () => '' };
    case '--ipv6':
      return { test: () => family === 6, words: () => '' };
    case '--set-counters':
      return { test: () => true, words: () => '' };
    default:
      return undefined;
  }
}

function addressCondition(use: OptionUse, side: 'src' | 'dst', family: Family): Condition | undefined {
  const prefix = parsePrefix(valueOf(use));
  if (!prefix) return undefined;
  const word = side === 'src' ? 'from' : 'to';
  return {
    test: ({ packet }) => contains(prefix, packet[side]) !== use.negated,
    words: (names) =>
      unless(use, `${word} `, `not ${word} `) +
      (prefix.mask === ALL_ONES[family]
        ? names.address(prefix)
        : prefix.mask === 0n
          ? 'anywhere'
          : formatNetwork(prefix)),
  };
}

function protocolCondition(use: OptionUse): Condition | undefined {
  const protocol = parseProtocol(valueOf(use));
  if (protocol === undefined) return undefined;
  return {
    test: ({ packet }: { packet: Packet }) => protocol === 0 || (packet.proto === protocol) !== use.negated,
    words: () =>
      protocol === 0
        ? ''
        : unless(use, `of ${protocolTitle(protocol)}`, `of any protocol but ${protocolTitle(protocol)}`),
  };
}

function interfaceCondition(use: OptionUse, side: 'in' | 'out'): Condition {
  const pattern = valueOf(use);
  return {
    // At a hook without that side the name is empty, and only a bare "+" or an inverted test matches.
    test: (view) => matchesInterface(pattern, view[side] ?? '') !== use.negated,
    words: () => {
      const name = pattern.endsWith('+') ? `any ${pattern.slice(0, -1)}…` : pattern;
      return side === 'in'
        ? unless(use, `that come in on ${name}`, `that do not come in on ${name}`)
        : unless(use, `that go out on ${name}`, `that do not go out on ${name}`);
    },
  };
}

/** `eth+` matches every name that begins with eth (iptables(8)). */
export function matchesInterface(pattern: string, name: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
