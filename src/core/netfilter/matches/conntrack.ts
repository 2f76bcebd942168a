import type { Address } from '../../net/address';
import { contains, formatNetwork, parsePrefix } from '../../net/prefix';
import { parseProtocol, protocolTitle } from '../../net/protocol';
import { type Answer, type Condition, type MatchModule, not, type PacketView } from '../match';
import type { OptionUse } from '../syntax';
import type { Connection } from '../tracking';
import { formatRange, readPorts } from '../../net/range';
import { portIn } from './ports';
import { each, unless, valueOf } from './values';

const STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED', 'SNAT', 'DNAT'];

function hasState(view: PacketView, states: readonly string[]): boolean {
  const { tracking } = view;
  if (states.includes(tracking.state)) return true;
  if (!('connection' in tracking)) return false;
  const { nat } = tracking.connection;
  return (nat.source && states.includes('SNAT')) || (nat.destination && states.includes('DNAT'));
}

function stateCondition(use: OptionUse): Condition | undefined {
  const states = valueOf(use).toUpperCase().split(',');
  if (states.some((state) => !STATES.includes(state))) return undefined;
  return {
    test: (view) => hasState(view, states) !== use.negated,
    words: () => unless(use, `in state ${states.join(' or ')}`, `in any state but ${states.join(', ')}`),
  };
}

export const state: MatchModule = { bind: (options) => each(options, stateCondition) };

const ADDRESSES: Readonly<Record<string, readonly [(connection: Connection) => Address, string]>> = {
  '--ctorigsrc': [(connection) => connection.original.src, 'original source'],
  '--ctorigdst': [(connection) => connection.original.dst, 'original destination'],
  '--ctreplsrc': [(connection) => connection.reply.src, 'reply source'],
  '--ctrepldst': [(connection) => connection.reply.dst, 'reply destination'],
};
const PORTS: Readonly<Record<string, readonly [(connection: Connection) => number, string]>> = {
  '--ctorigsrcport': [(connection) => connection.original.sport, 'original source port'],
  '--ctorigdstport': [(connection) => connection.original.dport, 'original destination port'],
  '--ctreplsrcport': [(connection) => connection.reply.sport, 'reply source port'],
  '--ctrepldstport': [(connection) => connection.reply.dport, 'reply destination port'],
};

/** Status bits by name. The tracer's connections are not expected ones (of FTP and the like). */
const STATUSES: ReadonlyMap<string, (connection: Connection) => boolean> = new Map([
  ['NONE', () => false],
  ['EXPECTED', () => false],
  ['SEEN_REPLY', (connection: Connection) => connection.seenReply],
  ['ASSURED', (connection: Connection) => connection.assured],
  ['CONFIRMED', (connection: Connection) => connection.confirmed],
]);

/** A test of the entry itself, and its words. */
function entryTest(
  use: OptionUse,
): readonly [(view: PacketView, connection: Connection) => Answer, string] | undefined {
  const value = valueOf(use);
  const address = ADDRESSES[use.flag];
  if (address) {
    const prefix = parsePrefix(value);
    return (
      prefix && [(_, connection) => contains(prefix, address[0](connection)), `${address[1]} ${formatNetwork(prefix)}`]
    );
  }
  const port = PORTS[use.flag];
  if (port) {
    const range = readPorts(value);
    return (
      range && [(view, connection) => portIn(view, port[0](connection), [range]), `${port[1]} ${formatRange(range)}`]
    );
  }
  switch (use.flag) {
    case '--ctproto': {
      const protocol = parseProtocol(value);
      if (protocol === undefined) return undefined;
      return [(_, connection) => connection.original.proto === protocol, `protocol ${protocolTitle(protocol)}`];
    }
    case '--ctdir':
      return [
        ({ tracking }) => 'direction' in tracking && tracking.direction === value.toLowerCase(),
        `direction ${value.toLowerCase()}`,
      ];
    case '--ctstatus': {
      const statuses = value.toUpperCase().split(',');
      if (!statuses.every((status) => STATUSES.has(status))) return undefined;
      // The kernel compares status bits with the mask; for NONE alone the mask is empty and nothing ever matches.
      return [
        (_, connection) => statuses.some((status) => STATUSES.get(status)?.(connection) === true),
        `status ${value}`,
      ];
    }
    case '--ctexpire':
      return [
        () => ({
          kind: 'unknown',
          code: 'match-not-simulated',
          subject: `conntrack --ctexpire ${value}`,
          text: `the connection expires in ${value} s`,
        }),
        `remaining lifetime ${value} s`,
      ];
    default:
      return undefined;
  }
}

export const conntrack: MatchModule = {
  bind: (options) => {
    const asksState = options.some((use) => use.flag === '--ctstate');
    return each(options, (use) => {
      if (use.flag === '--ctstate') return stateCondition(use);
      const entry = entryTest(use);
      if (!entry) return undefined;
      const [test, words] = entry;
      return {
        test: (view) => {
          // Without an entry only the state is compared (net/netfilter/xt_conntrack.c `conntrack_mt`).
          if (!('connection' in view.tracking)) return asksState;
          const answer = test(view, view.tracking.connection);
          return use.negated ? not(answer) : answer;
        },
        words: () => unless(use, `of a connection with ${words}`, `of a connection with any but ${words}`),
      };
    });
  },
};
