import type { Random } from '../../lab/random';
import { addressesOf, type Vocabulary } from './vocabulary';

const PORTS = ['80', '8080', '53', '1:1023', '20000:65535', '30080'];
/** Ports that NAT draws are in none of them. */
const PLAIN_PORTS = ['80', '8080', '53', '30080'];
const MARKS = ['0x1', '0x2', '0x4000/0x4000', '0x0/0xff', '0x3/0x1', '0x0/0xf0000', '0x10000/0x30000'];
const STATES = [
  'NEW',
  'ESTABLISHED',
  'NEW,ESTABLISHED',
  'INVALID',
  'UNTRACKED',
  'DNAT',
  'SNAT',
  'RELATED,ESTABLISHED,DNAT',
];
const STATUS = ['ASSURED', 'SEEN_REPLY', 'CONFIRMED', 'SEEN_REPLY,ASSURED', 'EXPECTED', 'NONE'];
const TYPES = ['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST', 'LOCAL,UNICAST'];
const FLAGS = ['SYN,ACK SYN', 'SYN,RST,ACK,FIN SYN', 'ALL ACK', 'ACK ACK', 'SYN,ACK SYN,ACK', 'ALL NONE', 'PSH PSH'];
const BRIDGE_FLAGS = ['--physdev-is-in', '--physdev-is-bridged'];

/** Where a rule stands: it decides what may be asked there. */
export interface Site {
  readonly table: string;
  readonly hook: string;
}

type Draw = (random: Random, words: Vocabulary, site: Site) => string | undefined;

function not(random: Random, text: string): string {
  return `${random.chance(0.25) ? '! ' : ''}${text}`;
}

const at =
  (hooks: readonly string[], draw: Draw): Draw =>
  (random, words, site) =>
    hooks.includes(site.hook) ? draw(random, words, site) : undefined;
const INCOMING = ['PREROUTING', 'INPUT', 'FORWARD'];
const OUTGOING = ['OUTPUT', 'FORWARD', 'POSTROUTING'];

/** Connections are not known in raw, before they are looked up. */
const tracked =
  (draw: Draw): Draw =>
  (random, words, site) =>
    site.table === 'raw' ? undefined : draw(random, words, site);

/** Common ones stand several times. */
const DRAWS: readonly Draw[] = [
  (random, words) => not(random, `-s ${random.pick(addressesOf(words))}`),
  (random, words) => not(random, `-d ${random.pick(addressesOf(words))}`),
  (random, words) => not(random, `-d ${random.pick(addressesOf(words))}`),
  (random, { family }) => `-p ${random.pick(['tcp', 'tcp', 'udp', family === 4 ? 'icmp' : 'icmpv6'])}`,
  (random) => not(random, '-p tcp'),
  (random) => `-p tcp -m tcp ${not(random, `--dport ${random.pick(PORTS)}`)}`,
  (random, { drawsPorts }) =>
    `-p tcp -m tcp ${not(random, `--sport ${random.pick(drawsPorts ? PLAIN_PORTS : PORTS)}`)}`,
  (random) => `-p sctp -m sctp ${not(random, '--dport 80')}`,
  (random) => `-p tcp -m tcp ${not(random, '--syn')}`,
  (random) => `-p tcp -m tcp ${not(random, `--tcp-flags ${random.pick(FLAGS)}`)}`,
  (random) => `-p udp -m udp ${not(random, `--${random.pick(['sport', 'dport'])} 53`)}`,
  (random) => `-p tcp -m multiport ${not(random, `--${random.pick(['dports', 'sports', 'ports'])} 22,80,8000:9000`)}`,
  (random, { family }) => {
    const type = random.pick(['echo-request', 'echo-reply', 'destination-unreachable']);
    return family === 4
      ? `-p icmp -m icmp ${not(random, `--icmp-type ${type}`)}`
      : `-p icmpv6 -m icmp6 ${not(random, `--icmpv6-type ${type}`)}`;
  },
  (random) => `-m mark ${not(random, `--mark ${random.pick(MARKS)}`)}`,
  (random) => `-m addrtype ${not(random, `--${random.pick(['src', 'dst'])}-type ${random.pick(TYPES)}`)}`,
  at(['PREROUTING', 'INPUT'], () => '-m addrtype --dst-type LOCAL --limit-iface-in'),
  at(['OUTPUT', 'POSTROUTING'], () => '-m addrtype --src-type LOCAL --limit-iface-out'),
  (random, { family }) =>
    family === 4
      ? `-m ttl --ttl-${random.pick(['lt', 'gt', 'eq'])} ${random.pick(['62', '63', '64', '33'])}`
      : `-m hl --hl-${random.pick(['lt', 'gt', 'eq'])} ${random.pick(['62', '63', '64'])}`,
  (random, { pods }) => {
    const ends = [random.pick(pods), random.pick(pods)].sort();
    return `-m iprange ${not(random, `--${random.pick(['src', 'dst'])}-range ${ends.join('-')}`)}`;
  },
  (random) => `-m length ${not(random, `--length ${random.pick(['60', '0:59', '84', '40:60'])}`)}`,
  (random) => `-m dscp ${not(random, `--dscp ${random.pick(['0', '10'])}`)}`,
  (random) => `-m tos ${not(random, `--tos ${random.pick(['0x00', '0x28/0xfc'])}`)}`,
  at(INCOMING, (random) => `-m pkttype ${not(random, `--pkt-type ${random.pick(['unicast', 'broadcast'])}`)}`),
  () => '-m comment --comment "any, at all"',
  () => '-m comment --comment "it\'s \\"quoted\\", -j DROP"',
  () => '-m nfacct --nfacct-name  drops',
  at(INCOMING, () => '-m policy --dir in --pol none'),
  tracked((random) => `-m helper ${not(random, '--helper ftp')}`),
  () => '-m limit --limit 1000/sec --limit-burst 1000',
  () => '-m hashlimit --hashlimit-upto 1000/sec --hashlimit-burst 1000 --hashlimit-mode srcip --hashlimit-name h',
  () => '-m hashlimit --hashlimit-above 1000/sec --hashlimit-burst 1000 --hashlimit-mode srcip --hashlimit-name i',
  (random) => `-m quota ${not(random, '--quota 100000000')}`,
  // Of new connections alone: a packet of an older one is dropped where those counted before it have gone, and it is not
  // counted itself (net/netfilter/nf_conncount.c `count_tree` of 6.18), and what was counted no output shows.
  (random) => `-m conntrack --ctstate NEW -m connlimit --connlimit-${random.pick(['above', 'upto'])} 100`,
  (random) => `-m recent --${random.pick(['set', 'rcheck'])} --name ${random.pick(['r', 's'])}`,
  (random) => {
    const use = random.pick([
      '--set --rdest',
      '--rcheck --rdest',
      '--update --seconds 60',
      '--remove',
      '--rcheck --hitcount 2',
    ]);
    return `-m recent ${not(random, use)} --name ${random.pick(['r', 's'])}`;
  },
  (random, { family }) =>
    family === 6
      ? `-m ${random.pick([`rt ${not(random, '--rt-type 0')}`, 'hbh', 'dst', 'frag --fragid 1', 'srh'])}`
      : undefined,
  // Each packet draws anew, which soon makes too many outcomes. Outer packets of a tunnel that are alike cannot be told
  // apart by what was drawn for them.
  (random, { tunnelled }) => {
    const mode = random.pick([
      `random ${not(random, '--probability 0.5')}`,
      `nth ${not(random, '--every 3 --packet 1')}`,
    ]);
    return random.chance(0.5) ? `${tunnelled ? '-p tcp ' : ''}-m statistic --mode ${mode}` : undefined;
  },
  (random, { sets }) => {
    const [name, count] = random.pick(sets);
    const directions = Array.from({ length: count }, () => random.pick(['src', 'dst']));
    return `-m set ${not(random, `--match-set ${name} ${directions.join()}`)}`;
  },
  tracked((random) => `-m conntrack ${not(random, `--ctstate ${random.pick(STATES)}`)}`),
  tracked((random) => `-m conntrack ${not(random, `--ctstate ${random.pick(STATES)}`)}`),
  tracked((random) => `-m state ${not(random, `--state ${random.pick(STATES.slice(0, 5))}`)}`),
  tracked((random) => `-m conntrack --ctdir ${random.pick(['ORIGINAL', 'REPLY'])}`),
  tracked((random, words) => {
    const side = random.pick(['origsrc', 'origdst', 'replsrc', 'repldst']);
    return `-m conntrack ${not(random, `--ct${side} ${random.pick(addressesOf(words))}`)}`;
  }),
  tracked((random) => {
    const port = random.pick(['origsrcport', 'origdstport', 'replsrcport', 'repldstport']);
    return `-m conntrack ${not(random, '--ctproto tcp')} --ct${port} ${random.pick(['80', '8080', '1024:65535'])}`;
  }),
  tracked((random) => `-m conntrack ${not(random, `--ctstatus ${random.pick(STATUS)}`)}`),
  tracked((random) => `-m connmark ${not(random, `--mark ${random.pick(MARKS)}`)}`),
  at(INCOMING, (random, { devices }) => not(random, `-i ${random.pick(devices)}`)),
  at(INCOMING, (random, { devices }) => not(random, `-i ${random.pick(devices)}`)),
  at(OUTGOING, (random, { devices }) => not(random, `-o ${random.pick(devices)}`)),
  at(OUTGOING, (random, { devices }) => not(random, `-o ${random.pick(devices)}`)),
  at(INCOMING, (random, { bridgePorts }) => `-m physdev ${not(random, `--physdev-in ${random.pick(bridgePorts)}`)}`),
  at(['FORWARD', 'POSTROUTING'], (random) => `-m physdev ${not(random, random.pick(BRIDGE_FLAGS))}`),
  at(
    ['FORWARD', 'POSTROUTING'],
    (random, { bridgePorts }) =>
      `-m physdev --physdev-is-bridged ${not(random, random.pick([`--physdev-out ${random.pick(bridgePorts)}`, '--physdev-is-out']))}`,
  ),
  at(['OUTPUT', 'POSTROUTING'], (random) => `-m owner ${not(random, '--socket-exists')}`),
  (random, _, { table, hook }) =>
    hook === 'PREROUTING' && (table === 'raw' || table === 'mangle')
      ? `-m rpfilter ${['', '--loose', '--validmark', '--invert', '--loose --invert', '--accept-local'][random.below(6)] ?? ''}`.trim()
      : undefined,
];

/** What no snapshot tells: a network may have one of them, lest its outcomes be too many. */
export function unknowableMatch(random: Random, { hook }: Site): string {
  const anywhere = [
    '-m string --string QQ --algo bm',
    ...Array<string>(2).fill('-m u32 --u32 6&0xFF=6'),
    '-m time --timestart 00:00 --timestop 12:00',
    '-m cpu --cpu 0',
    '-p tcp -m tcpmss --mss 536:65535',
    '-m ecn --ecn-ip-ect 0',
    "-m bpf --bytecode '4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0'",
    '-m devgroup --src-group 0x0',
    '-m cgroup --cgroup 1',
    '-m ipvs --ipvs',
    '-m connbytes --connbytes 2: --connbytes-dir both --connbytes-mode packets',
  ];
  if (hook !== 'PREROUTING') anywhere.push('-m realm --realm 0');
  if (hook === 'OUTPUT') return random.pick([...anywhere, '-m owner --uid-owner 0', '-m owner ! --gid-owner 0']);
  if (hook === 'PREROUTING' && random.chance(0.6))
    return random.pick([
      '-m mac --mac-source 02:00:00:00:00:01',
      '-m mac ! --mac-source 02:00:00:00:00:01',
      ...['', ' --transparent', ' --nowildcard'].map((option) => `-m socket${option}`),
    ]);
  return random.pick(anywhere);
}

/** Some matches for a rule at a site; one protocol at most. */
export function matches(random: Random, words: Vocabulary, site: Site): string[] {
  const chosen = Array.from({ length: random.below(4) }, () => random.pick(DRAWS)(random, words, site));
  const kept: string[] = [];
  for (const text of chosen) {
    if (text === undefined) continue;
    // One protocol, and one address or interface of each kind.
    const flag = /(?:^|! )(-[psdio]) /.exec(text)?.[1];
    if (flag === undefined || !kept.some((other) => other.includes(`${flag} `))) kept.push(text);
  }
  return kept;
}
