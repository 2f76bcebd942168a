import type { Condition, MatchModule, PacketView } from '../match';
import { formatRange, inRange, readMasked, readNumber, readRange } from '../../net/range';
import { each, unless, valueOf } from './values';

export const length: MatchModule = {
  bind: (options) =>
    each(options, (use) => {
      const range = readRange(valueOf(use), ':', 65535);
      return (
        range && {
          test: ({ packet }) => {
            if (packet.length !== undefined) return inRange(range, packet.length) !== use.negated;
            return {
              kind: 'unknown',
              code: 'length-unknown',
              subject: `length ${valueOf(use)}`,
              inverted: use.negated,
              text: `the data is ${valueOf(use)} bytes long with its headers`,
            };
          },
          words: () => unless(use, `${formatRange(range)} bytes long`, `not ${formatRange(range)} bytes long`),
        }
      );
    }),
};

function lifetime(prefix: 'ttl' | 'hl', name: string): MatchModule {
  return {
    bind: (options) =>
      each(options, (use): Condition | undefined => {
        const wanted = readNumber(valueOf(use));
        if (wanted === undefined) return undefined;
        const compare = use.flag.slice(prefix.length + 3);
        const test = ({ packet }: PacketView): boolean =>
          compare === 'lt' ? packet.ttl < wanted : compare === 'gt' ? packet.ttl > wanted : packet.ttl === wanted;
        const sign = compare === 'lt' ? 'below' : compare === 'gt' ? 'above' : 'of';
        return {
          test: (view) => test(view) !== use.negated,
          words: () => unless(use, `with a ${name} ${sign} ${wanted}`, `without a ${name} ${sign} ${wanted}`),
        };
      }),
  };
}

export const ttl = lifetime('ttl', 'TTL');
export const hl = lifetime('hl', 'hop limit');

/** Class names of RFC 2474, 2597, 3246. */
export function readDscp(value: string): number | undefined {
  const text = value.toUpperCase();
  const selector = /^CS([0-7])$/.exec(text);
  if (selector) return Number(selector[1]) * 8;
  const assured = /^AF([1-4])([1-3])$/.exec(text);
  if (assured) return Number(assured[1]) * 8 + Number(assured[2]) * 2;
  if (text === 'EF') return 46;
  if (text === 'BE') return 0;
  return readNumber(value);
}

export const dscp: MatchModule = {
  bind: (options) =>
    each(options, (use) => {
      const wanted = readDscp(valueOf(use));
      if (wanted === undefined) return undefined;
      return {
        test: ({ packet }) => (packet.dscp === wanted) !== use.negated,
        words: () => unless(use, `of DSCP ${valueOf(use)}`, `of any DSCP but ${valueOf(use)}`),
      };
    }),
};

/** Names of TOS values; they are compared without the ECN bits and the precedence's top two (libxtables `tos_values.c`). */
const TOS_NAMES: Readonly<Record<string, number>> = {
  'minimize-delay': 0x10,
  'maximize-throughput': 0x08,
  'maximize-reliability': 0x04,
  'minimize-cost': 0x02,
  'normal-service': 0,
};

function readTos(text: string): { value: number; mask: number } | undefined {
  const name = text.toLowerCase();
  const named = Object.hasOwn(TOS_NAMES, name) ? TOS_NAMES[name] : undefined;
  return named === undefined ? readMasked(text) : { value: named, mask: 0x3f };
}

/** The whole TOS byte; the tracer's packets carry no ECN bits. */
export const tos: MatchModule = {
  bind: (options) =>
    each(options, (use) => {
      const wanted = readTos(valueOf(use));
      if (!wanted) return undefined;
      const mask = wanted.mask & 0xff;
      return {
        test: ({ packet }) => (((packet.dscp << 2) & mask) === wanted.value) !== use.negated,
        words: () => unless(use, `of TOS ${valueOf(use)}`, `of any TOS but ${valueOf(use)}`),
      };
    }),
};
