import type { Random } from '../lab/random';

/*
 * Rules that are drawn, within what iptables accepts: what nobody has thought of.
 */

/** What the rules of a node may be about. */
export interface Vocabulary {
  /** Addresses of pods, to which traffic may be sent on. */
  readonly pods: readonly string[];
  /** The node's own. */
  readonly own: readonly string[];
  readonly services: readonly string[];
  readonly networks: readonly string[];
  readonly devices: readonly string[];
  readonly bridgePorts: readonly string[];
  /** Rewrites TCP alone: an outer packet that is sent into its own tunnel makes a storm. */
  readonly tunnelled?: boolean;
}

const BASE: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};
const PORTS = ['80', '8080', '53', '1:1023', '20000:65535'];
const MARKS = ['0x1', '0x2', '0x4000/0x4000', '0x0/0xff'];
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

function not(random: Random, text: string): string {
  return `${random.chance(0.25) ? '! ' : ''}${text}`;
}

function matches(random: Random, words: Vocabulary, hook: string, table: string): string[] {
  const { pods, own, services, networks, devices, bridgePorts } = words;
  const addresses = [...pods, ...own, ...services, ...networks];
  const protocol = random.pick(['tcp', 'tcp', 'udp', 'icmp']);
  const kinds: (() => string)[] = [
    () => not(random, `-s ${random.pick(addresses)}`),
    () => not(random, `-d ${random.pick(addresses)}`),
    () => `-p ${protocol}`,
    () => not(random, '-p tcp'),
    () => `-p tcp -m tcp ${not(random, `--${random.pick(['sport', 'dport'])} ${random.pick(PORTS)}`)}`,
    () => `-p tcp -m tcp ${not(random, '--syn')}`,
    () => `-p udp -m udp --dport 53`,
    () => `-p tcp -m multiport --${random.pick(['dports', 'sports', 'ports'])} 22,80,8080`,
    () => `-m mark ${not(random, `--mark ${random.pick(MARKS)}`)}`,
    () => `-m addrtype ${not(random, `--${random.pick(['src', 'dst'])}-type ${random.pick(['LOCAL', 'UNICAST'])}`)}`,
    () => `-m ttl --ttl-${random.pick(['lt', 'gt', 'eq'])} ${random.pick(['63', '64', '33'])}`,
    () => `-m iprange --${random.pick(['src', 'dst'])}-range ${pods[0] ?? ''}-${pods[1] ?? ''}`,
    () => `-m length --length ${random.pick(['60', '0:59', '84'])}`,
  ];
  if (table !== 'raw')
    kinds.push(
      () => `-m conntrack ${not(random, `--ctstate ${random.pick(STATES)}`)}`,
      () => `-m conntrack --ctdir ${random.pick(['ORIGINAL', 'REPLY'])}`,
      () => `-m conntrack --ctorigdst ${random.pick(addresses)}`,
      () => `-m conntrack --ctstatus ${random.pick(['ASSURED', 'SEEN_REPLY', 'CONFIRMED'])}`,
      () => `-m connmark ${not(random, `--mark ${random.pick(MARKS)}`)}`,
    );
  if (['PREROUTING', 'INPUT', 'FORWARD'].includes(hook))
    kinds.push(
      () => not(random, `-i ${random.pick(devices)}`),
      () => `-m physdev ${not(random, `--physdev-in ${random.pick(bridgePorts)}`)}`,
    );
  if (['OUTPUT', 'FORWARD', 'POSTROUTING'].includes(hook)) kinds.push(() => not(random, `-o ${random.pick(devices)}`));
  if (['FORWARD', 'POSTROUTING'].includes(hook)) kinds.push(() => `-m physdev ${not(random, '--physdev-is-bridged')}`);
  const chosen = random.some(kinds, 3).map((kind) => kind());
  // One protocol a rule.
  return chosen.filter((text, at) => !text.includes('-p ') || chosen.findIndex((one) => one.includes('-p ')) === at);
}

function target(random: Random, { pods, own, tunnelled = false }: Vocabulary, table: string, hook: string): string {
  const only = tunnelled ? '-p tcp ' : '';
  if (random.chance(0.2)) return '';
  if (random.chance(0.15)) return random.pick(['-j ACCEPT', '-j RETURN']);
  switch (table) {
    case 'raw':
      return random.chance(0.1) ? random.pick(['-j CT --notrack', '-j DROP']) : '';
    case 'mangle':
      return random.pick([
        `-j MARK --set-xmark ${random.pick(['0x1', '0x2', '0x4000/0x4000', '0x0/0xf'])}`,
        `-j MARK --${random.pick(['or', 'and', 'xor'])}-mark 0x3`,
        '-j CONNMARK --save-mark',
        '-j CONNMARK --restore-mark',
        '-j CONNMARK --set-xmark 0x2/0xf',
        '-j TTL --ttl-set 33',
        '-j DSCP --set-dscp 10',
      ]);
    case 'nat':
      return hook === 'PREROUTING' || hook === 'OUTPUT'
        ? random.pick([
            `${only}-j DNAT --to-destination ${random.pick(pods)}`,
            `-p tcp -j DNAT --to-destination ${random.pick(pods)}:80`,
            `-p tcp -j DNAT --to-destination ${random.pick([...own, '127.0.0.1'])}:8080`,
            '-p tcp -j REDIRECT --to-ports 8080',
            `${only}-j NETMAP --to ${(pods[0] ?? '').replace(/\d+$/, '0/24')}`,
          ])
        : hook === 'POSTROUTING'
          ? random.pick([`${only}-j MASQUERADE`, `${only}-j SNAT --to-source ${random.pick(own)}`])
          : `${only}-j SNAT --to-source ${random.pick([...own, '203.0.113.1'])}`;
    default:
      return random.chance(0.15) ? '-j DROP' : '-j ACCEPT';
  }
}

function rulesOf(random: Random, words: Vocabulary, table: string): string[] {
  const hooks = BASE[table] ?? [];
  const lines: string[] = [];
  for (const hook of hooks) {
    // A chain of the user's for each base chain, so that its rules fit the hook.
    const own = `${hook}-MORE`;
    lines.push(`chain ${table} ${own}`);
    for (const chain of [hook, own])
      for (let left = random.below(4); left > 0; left--) {
        const call = chain === hook && random.chance(0.3) ? `-${random.pick(['j', 'g'])} ${own}` : undefined;
        const wanted = call ?? target(random, words, table, hook);
        const tests = matches(random, words, hook, table).filter(
          (text) => !(wanted.includes('-p ') && text.includes('-p ')),
        );
        lines.push(`${table} ${chain} ${tests.join(' ')} ${wanted} 2>/dev/null || true`);
      }
  }
  return lines;
}

/** Commands that fill some of a node's tables; see PRELUDE in lab/network.ts. */
export function randomRules(random: Random, words: Vocabulary): string[] {
  const tables = Object.keys(BASE).filter(() => random.chance(0.75));
  const lines = tables.flatMap((table) => rulesOf(random, words, table));
  if (random.chance(0.6))
    for (const hook of ['PREROUTING', 'OUTPUT'])
      for (const service of words.services)
        lines.push(
          `nat ${hook} -d ${service} -p tcp --dport 80 -j DNAT --to-destination ${random.pick(words.pods)}:80`,
        );
  return lines;
}
