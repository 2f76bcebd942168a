import type { PacketView } from '../../../src/core/netfilter/match';
import type { Tracking } from '../../../src/core/netfilter/tracking';
import { asks, has, inert, optionOf, type RuleFeature, uses, value } from './rule-features';

/* Matches, by their rank in rules that are in use: the most frequent first. */

const FIELDS = [
  ['-s', '--source'],
  ['-d', '--destination'],
  ['-p', '--protocol'],
  ['-i', '--in-interface'],
  ['-o', '--out-interface'],
] as const;

function both(group: string, name: string, module: string | undefined, flags: readonly string[]): RuleFeature[] {
  return [
    asks(group, name, module, (use) => flags.includes(use.flag) && !use.negated),
    asks(group, `! ${name}`, module, (use) => flags.includes(use.flag) && use.negated),
  ];
}

const PORTS = ['--sport', '--dport', '--source-port', '--destination-port'];
const SYN = ['FIN,SYN,RST,ACK', 'SYN'];

function ports(protocol: 'tcp' | 'udp'): RuleFeature[] {
  const group = 'match 3: ports and flags';
  return [
    ...both(group, `${protocol} --sport`, protocol, ['--sport', '--source-port']),
    ...both(group, `${protocol} --dport`, protocol, ['--dport', '--destination-port']),
  ];
}

/** The states of a packet as `--ctstate` has them. */
const STATES: Readonly<Record<string, (tracking: Tracking) => boolean>> = {
  NEW: ({ state }) => state === 'NEW',
  ESTABLISHED: ({ state }) => state === 'ESTABLISHED',
  RELATED: ({ state }) => state === 'RELATED',
  INVALID: ({ state }) => state === 'INVALID',
  UNTRACKED: ({ state }) => state === 'UNTRACKED',
  DNAT: (tracking) => 'connection' in tracking && tracking.connection.nat.destination,
  SNAT: (tracking) => 'connection' in tracking && tracking.connection.nat.source,
};

function state(name: string): RuleFeature {
  const is = STATES[name] ?? (() => false);
  // A packet in that state; or one in another, which a rule for this state alone leaves out.
  return asks(
    'match 4: connection state',
    `--ctstate ${name}`,
    'conntrack',
    (use) => use.flag === '--ctstate' && value(use).split(',').includes(name),
    (view: PacketView) => is(view.tracking),
  );
}

const CONNTRACK = 'ctproto ctdir ctstatus ctorigsrc ctorigdst ctreplsrc ctrepldst ctorigsrcport ctorigdstport'.split(
  ' ',
);
const TYPES = ['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST'];
const SET_TYPES =
  'hash:ip hash:net hash:ip,port hash:ip,port,ip hash:ip,port,net hash:net,port hash:net,iface bitmap:port list:set'.split(
    ' ',
  );

function type(side: 'src' | 'dst', name: string): RuleFeature {
  const flag = `--${side}-type`;
  return asks(
    'match 6: addrtype',
    `${flag} ${name}`,
    'addrtype',
    (use) => use.flag === flag && value(use).split(',').includes(name),
  );
}

function members(what: string): RuleFeature {
  return asks('match 8: set', `--match-set ${what}`, 'set', (use, namespace) => {
    const set = namespace.ipSets?.get(value(use));
    return set !== undefined && (what === 'with nomatch' ? set.members.some((one) => one.nomatch) : set.type === what);
  });
}

/** Of `-m recent`, `-m rpfilter` and their like: one with an option. */
function withOption(group: string, module: string, flag: string): RuleFeature {
  return uses(group, module, `-m ${module} ${flag}`, (use) => has(use, flag));
}

const HISTORY = 'match 12: what was before';
const PATH = 'match 14: path and socket';
const TAIL = 'match 16: tail';

export const MATCH_FEATURES: readonly RuleFeature[] = [
  ...FIELDS.flatMap(([name, flag]) => both('match 1: the rule itself', name, undefined, [flag])),
  asks(
    'match 1: the rule itself',
    '-i or -o with +',
    undefined,
    (use) => /interface$/.test(use.flag) && value(use).endsWith('+'),
  ),
  inert(uses('match 2: comment', 'comment')),
  inert(
    uses('match 2: comment', 'comment', '-m comment with quotes', (use) =>
      /["']/.test(optionOf(use, '--comment') ?? ''),
    ),
  ),
  ...ports('tcp'),
  ...ports('udp'),
  asks(
    'match 3: ports and flags',
    'a range of ports',
    'tcp',
    (use) => PORTS.includes(use.flag) && value(use).includes(':'),
  ),
  uses('match 3: ports and flags', 'sctp', 'sctp ports', () => true, 'sctp'),
  asks(
    'match 3: ports and flags',
    '--syn',
    'tcp',
    (use) => use.flag === '--tcp-flags' && !use.negated && use.values.map(({ text }) => text).join() === SYN.join(),
  ),
  asks(
    'match 3: ports and flags',
    '! --syn',
    'tcp',
    (use) => use.flag === '--tcp-flags' && use.negated && use.values.map(({ text }) => text).join() === SYN.join(),
  ),
  ...both('match 3: ports and flags', '--tcp-flags', 'tcp', ['--tcp-flags']),
  ...Object.keys(STATES).map(state),
  asks('match 4: connection state', '! --ctstate', 'conntrack', (use) => use.flag === '--ctstate' && use.negated),
  uses('match 4: connection state', 'state'),
  ...CONNTRACK.map((flag) =>
    asks('match 4: connection state', `--${flag}`, 'conntrack', (use) => use.flag === `--${flag}`),
  ),
  ...both('match 5: mark', '--mark', 'mark', ['--mark']),
  asks('match 5: mark', '--mark with a mask', 'mark', (use) => value(use).includes('/')),
  ...TYPES.flatMap((name) => [type('dst', name), type('src', name)]),
  asks('match 6: addrtype', '! --src-type or --dst-type', 'addrtype', (use) => use.negated),
  asks('match 6: addrtype', '--limit-iface-in', 'addrtype', (use) => use.flag === '--limit-iface-in'),
  asks('match 6: addrtype', '--limit-iface-out', 'addrtype', (use) => use.flag === '--limit-iface-out'),
  uses('match 7: statistic', 'statistic', '--mode random', (use) => optionOf(use, '--mode') === 'random'),
  uses('match 7: statistic', 'statistic', '--mode nth', (use) => optionOf(use, '--mode') === 'nth'),
  ...[...SET_TYPES, 'with nomatch'].map(members),
  asks('match 8: set', '! --match-set', 'set', (use) => use.negated),
  ...both('match 9: owner', '--uid-owner', 'owner', ['--uid-owner']),
  asks('match 9: owner', '--gid-owner', 'owner', (use) => use.flag === '--gid-owner'),
  asks('match 9: owner', '--socket-exists', 'owner', (use) => use.flag === '--socket-exists'),
  ...['--dports', '--sports', '--ports'].map((flag) =>
    asks('match 10: multiport', flag, 'multiport', (use) => use.flag === flag),
  ),
  ...both('match 11: ICMP types', '--icmp-type', 'icmp', ['--icmp-type']),
  ...both('match 11: ICMP types', '--icmpv6-type', 'icmp6', ['--icmpv6-type']),
  uses(HISTORY, 'limit'),
  ...['--set', '--rcheck', '--update', '--remove', '--rdest', '--hitcount'].map((flag) =>
    withOption(HISTORY, 'recent', flag),
  ),
  withOption(HISTORY, 'hashlimit', '--hashlimit-upto'),
  withOption(HISTORY, 'hashlimit', '--hashlimit-above'),
  withOption(HISTORY, 'connlimit', '--connlimit-upto'),
  withOption(HISTORY, 'connlimit', '--connlimit-above'),
  uses(HISTORY, 'quota'),
  ...both('match 13: connmark', '--mark of the connection', 'connmark', ['--mark']),
  ...['--loose', '--validmark', '--invert', '--accept-local'].map((flag) => withOption(PATH, 'rpfilter', flag)),
  uses(PATH, 'rpfilter', '-m rpfilter alone', ({ options }) => options.length === 0),
  uses(PATH, 'socket', '-m socket alone', ({ options }) => options.length === 0),
  ...['--transparent', '--nowildcard'].map((flag) => withOption(PATH, 'socket', flag)),
  ...['in', 'out', 'is-in', 'is-bridged', 'is-out'].map((what) =>
    asks(PATH, `--physdev-${what}`, 'physdev', (use) => use.flag === `--physdev-${what}`),
  ),
  uses(PATH, 'ttl'),
  uses(PATH, 'hl'),
  uses(PATH, 'rt'),
  inert(uses('match 15: nfacct', 'nfacct')),
  ...'iprange mac pkttype policy length dscp tos u32 string time tcpmss helper cgroup bpf ipvs'
    .split(' ')
    .map((module) => uses(TAIL, module)),
];
