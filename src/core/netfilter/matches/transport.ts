import type { Packet } from '../../net/packet';
import { DCCP, hasPorts, SCTP, TCP, UDP, UDPLITE } from '../../net/protocol';
import { type Answer, type Condition, type MatchModule, not } from '../match';
import type { OptionUse } from '../syntax';
import { formatRange, type Range, readPorts } from '../../net/range';
import { either, portIn } from './ports';
import { each, unless, valueOf } from './values';

/** Bits of `--tcp-flags` by name (RFC 9293 §3.1). */
const FLAGS: Readonly<Record<string, number>> = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ALL: 63, NONE: 0 };
/** What `--syn` stands for. */
const SYN_MASK = 1 | 2 | 4 | 16;

function portCondition(use: OptionUse, side: 'sport' | 'dport', protocols: readonly number[]): Condition | undefined {
  const range = readPorts(valueOf(use));
  if (!range) return undefined;
  const name = side === 'sport' ? 'source port' : 'port';
  return {
    test: (view) => {
      const port = view.packet[side];
      if (!protocols.includes(view.packet.proto) || port === undefined) return false;
      return unlessNegated(use, portIn(view, port, [range]));
    },
    words: () => unless(use, `${name} ${formatRange(range)}`, `any ${name} but ${formatRange(range)}`),
  };
}

function unlessNegated(use: OptionUse, answer: Answer): Answer {
  return use.negated ? not(answer) : answer;
}

function portSide(flag: string): 'sport' | 'dport' | undefined {
  if (flag === '--sport' || flag === '--source-port') return 'sport';
  if (flag === '--dport' || flag === '--destination-port') return 'dport';
  return undefined;
}

function readFlags(text: string): number | undefined {
  let bits = 0;
  for (const name of text.split(',')) {
    const bit = FLAGS[name.toUpperCase()];
    if (bit === undefined) return undefined;
    bits |= bit;
  }
  return bits;
}

function flagsCondition(use: OptionUse, mask: number, set: number, words: string): Condition {
  return {
    test: ({ packet }) => packet.proto === TCP && (((packet.flags ?? 0) & mask) === set) !== use.negated,
    words: () => unless(use, words, `not ${words}`),
  };
}

export const tcp: MatchModule = {
  bind: (options) =>
    each(options, (use) => {
      const side = portSide(use.flag);
      if (side) return portCondition(use, side, [TCP]);
      if (use.flag === '--syn') return flagsCondition(use, SYN_MASK, FLAGS['SYN'] ?? 0, 'that open a connection (SYN)');
      if (use.flag === '--tcp-flags') {
        const mask = readFlags(use.values[0]?.text ?? '');
        const set = readFlags(use.values[1]?.text ?? '');
        if (mask === undefined || set === undefined) return undefined;
        return flagsCondition(
          use,
          mask,
          set,
          `with TCP flags ${use.values[1]?.text ?? ''} of ${use.values[0]?.text ?? ''}`,
        );
      }
      return {
        test: () => ({
          kind: 'unknown',
          code: 'match-not-simulated',
          subject: `tcp ${use.flag} ${valueOf(use)}`,
          text: `the packet carries TCP option ${valueOf(use)}`,
          inverted: use.negated,
        }),
        words: () => unless(use, `with TCP option ${valueOf(use)}`, `without TCP option ${valueOf(use)}`),
      };
    }),
};

function portsOnly(protocols: readonly number[]): MatchModule {
  return {
    bind: (options) =>
      each(options, (use) => {
        const side = portSide(use.flag);
        return side && portCondition(use, side, protocols);
      }),
  };
}

export const udp = portsOnly([UDP, UDPLITE]);
export const sctp = portsOnly([SCTP]);
export const dccp = portsOnly([DCCP]);

export const multiport: MatchModule = {
  bind: (options) =>
    each(options, (use) => {
      const ranges: Range[] = [];
      for (const part of valueOf(use).split(',')) {
        const range = readPorts(part);
        if (!range) return undefined;
        ranges.push(range);
      }
      const list = ranges.map(formatRange).join(', ');
      const [test, name] = MULTIPORT[use.flag] ?? [];
      if (!test || name === undefined) return undefined;
      return {
        test: (view) =>
          hasPorts(view.packet.proto) &&
          unlessNegated(
            use,
            test(view.packet, (port) => portIn(view, port, ranges)),
          ),
        words: () => unless(use, `${name} ${list}`, `no ${name} of ${list}`),
      };
    }),
};

type PortTest = (packet: Packet, hit: (port: number | undefined) => Answer) => Answer;
const bySource: PortTest = (packet, hit) => hit(packet.sport);
const byDestination: PortTest = (packet, hit) => hit(packet.dport);
const MULTIPORT: Readonly<Record<string, readonly [PortTest, string]>> = {
  '--sports': [bySource, 'source port'],
  '--source-ports': [bySource, 'source port'],
  '--dports': [byDestination, 'port'],
  '--destination-ports': [byDestination, 'port'],
  '--ports': [(packet, hit) => either(hit(packet.sport), hit(packet.dport)), 'source or destination port'],
};
