import type { Question } from '../lab/observe';
import { Random } from '../lab/random';
import { BRIDGE, NODE, type OneNode, type PodName, PODS } from './one-node';

/*
 * A node whose rules, routes and settings are drawn, within what iptables accepts: what nobody has thought of.
 */

const BASE: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};
const SERVICE = '10.0.0.9';
const ADDRESSES = [...Object.values(PODS), NODE, BRIDGE, SERVICE, '10.9.0.0/24', '10.8.0.0/16', '127.0.0.0/8'];
const PORTS = ['80', '8080', '53', '1:1023', '20000:65535'];
const DEVICES = ['eth0', 'cni0', 'lo', 'veth-routed1', 'veth-+', 'c+'];
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

function matches(random: Random, hook: string, table: string): string[] {
  const protocol = random.pick(['tcp', 'tcp', 'udp', 'icmp']);
  const kinds: (() => string)[] = [
    () => not(random, `-s ${random.pick(ADDRESSES)}`),
    () => not(random, `-d ${random.pick(ADDRESSES)}`),
    () => `-p ${protocol}`,
    () => not(random, '-p tcp'),
    () => `-p tcp -m tcp ${not(random, `--${random.pick(['sport', 'dport'])} ${random.pick(PORTS)}`)}`,
    () => `-p tcp -m tcp ${not(random, '--syn')}`,
    () => `-p udp -m udp --dport 53`,
    () => `-p tcp -m multiport --${random.pick(['dports', 'sports', 'ports'])} 22,80,8080`,
    () => `-m mark ${not(random, `--mark ${random.pick(MARKS)}`)}`,
    () => `-m addrtype ${not(random, `--${random.pick(['src', 'dst'])}-type ${random.pick(['LOCAL', 'UNICAST'])}`)}`,
    () => `-m ttl --ttl-${random.pick(['lt', 'gt', 'eq'])} ${random.pick(['63', '64', '33'])}`,
    () => `-m iprange --${random.pick(['src', 'dst'])}-range 10.9.0.2-10.9.0.4`,
    () => `-m length --length ${random.pick(['60', '0:59', '84'])}`,
  ];
  if (table !== 'raw')
    kinds.push(
      () => `-m conntrack ${not(random, `--ctstate ${random.pick(STATES)}`)}`,
      () => `-m conntrack --ctdir ${random.pick(['ORIGINAL', 'REPLY'])}`,
      () => `-m conntrack --ctorigdst ${random.pick([SERVICE, NODE, PODS.server1])}`,
      () => `-m conntrack --ctstatus ${random.pick(['ASSURED', 'SEEN_REPLY', 'CONFIRMED'])}`,
      () => `-m connmark ${not(random, `--mark ${random.pick(MARKS)}`)}`,
    );
  if (['PREROUTING', 'INPUT', 'FORWARD'].includes(hook))
    kinds.push(
      () => not(random, `-i ${random.pick(DEVICES)}`),
      () => `-m physdev ${not(random, `--physdev-in ${random.pick(['veth-client', 'veth-server1', 'veth-+'])}`)}`,
    );
  if (['OUTPUT', 'FORWARD', 'POSTROUTING'].includes(hook)) kinds.push(() => not(random, `-o ${random.pick(DEVICES)}`));
  if (['FORWARD', 'POSTROUTING'].includes(hook)) kinds.push(() => `-m physdev ${not(random, '--physdev-is-bridged')}`);
  const chosen = random.some(kinds, 3).map((kind) => kind());
  // One protocol a rule.
  return chosen.filter((text, at) => !text.includes('-p ') || chosen.findIndex((one) => one.includes('-p ')) === at);
}

function target(random: Random, table: string, hook: string): string {
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
            `-j DNAT --to-destination ${random.pick(Object.values(PODS))}`,
            `-p tcp -j DNAT --to-destination ${random.pick(Object.values(PODS))}:80`,
            `-p tcp -j DNAT --to-destination ${random.pick([NODE, BRIDGE, '127.0.0.1'])}:8080`,
            '-p tcp -j REDIRECT --to-ports 8080',
            '-j NETMAP --to 10.9.0.0/24',
          ])
        : hook === 'POSTROUTING'
          ? random.pick(['-j MASQUERADE', `-j SNAT --to-source ${random.pick([NODE, BRIDGE])}`])
          : `-j SNAT --to-source ${random.pick([NODE, '203.0.113.1'])}`;
    default:
      return random.chance(0.15) ? '-j DROP' : '-j ACCEPT';
  }
}

function rulesOf(random: Random, table: string): string[] {
  const hooks = BASE[table] ?? [];
  const lines: string[] = [];
  for (const hook of hooks) {
    // A chain of the user's for each base chain, so that its rules fit the hook.
    const own = `${hook}-MORE`;
    lines.push(`chain ${table} ${own}`);
    for (const chain of [hook, own])
      for (let left = random.below(4); left > 0; left--) {
        const call = chain === hook && random.chance(0.3) ? `-${random.pick(['j', 'g'])} ${own}` : undefined;
        const wanted = call ?? target(random, table, hook);
        const tests = matches(random, hook, table).filter((text) => !(wanted.includes('-p ') && text.includes('-p ')));
        lines.push(`${table} ${chain} ${tests.join(' ')} ${wanted} 2>/dev/null || true`);
      }
  }
  return lines;
}

function settings(random: Random): string[] {
  const keys = [
    `net.bridge.bridge-nf-call-iptables=${random.chance(0.75) ? 1 : 0}`,
    `net.ipv4.ip_forward=${random.chance(0.9) ? 1 : 0}`,
    `net.ipv4.conf.cni0.route_localnet=${random.below(2)}`,
    `net.ipv4.conf.all.src_valid_mark=${random.below(2)}`,
    ...['eth0', 'cni0', 'veth-routed1', 'veth-routed2'].map(
      (device) => `net.ipv4.conf.${device}.rp_filter=${random.pick([0, 0, 1, 2])}`,
    ),
  ];
  const lines = [`sysctl -qw ${keys.join(' ')}`];
  for (const pod of ['client', 'server1'])
    if (random.chance(0.5)) lines.push(`bridge link set dev veth-${pod} hairpin on`);
  if (random.chance(0.5)) {
    lines.push(`ip rule add fwmark ${random.pick(['0x1', '0x2', '0x4000/0x4000'])} lookup 100`);
    lines.push(
      random.pick([
        `ip route add 10.8.0.0/24 dev veth-routed${1 + random.below(2)} table 100`,
        `ip route add default via 192.168.5.1 table 100`,
        `ip route add unreachable ${PODS.server1} table 100`,
        `ip route add throw 10.8.0.0/24 table 100`,
      ]),
    );
  }
  if (random.chance(0.2)) lines.push(`ip route add 10.0.0.0/24 dev ${random.pick(['cni0', 'lo', 'veth-routed1'])}`);
  return lines;
}

/** The node of a seed, and what is sent there. */
export function randomNode(seed: number): OneNode & { readonly questions: readonly Question[] } {
  const random = new Random(seed);
  const pods: readonly PodName[] = ['client', 'server1', 'server2', 'routed1', 'routed2'];
  const tables = Object.keys(BASE).filter(() => random.chance(0.75));
  const lines = [...settings(random), ...tables.flatMap((table) => rulesOf(random, table))];
  if (random.chance(0.6))
    for (const hook of ['PREROUTING', 'OUTPUT'])
      lines.push(
        `nat ${hook} -d ${SERVICE} -p tcp --dport 80 -j DNAT --to-destination ${random.pick(pods.map((pod) => PODS[pod]))}:80`,
      );
  const questions = Array.from({ length: 4 }, (): Question => {
    const protocol = random.pick(['tcp', 'tcp', 'tcp', 'udp', 'icmp'] as const);
    const host = random.pick([PODS.server1, PODS.routed1, PODS.client, NODE, BRIDGE, SERVICE, SERVICE, '127.0.0.1']);
    const port = protocol === 'udp' ? 53 : random.pick([80, 80, 8080]);
    return {
      from: random.pick(['node', 'node/default/client', 'node/default/client', 'node/default/routed1']),
      to: protocol === 'icmp' ? host : `${host}:${port}`,
      protocol,
    };
  });
  return { pods, node: lines.join('\n'), serves: ['tcp 0.0.0.0:8080', 'udp 0.0.0.0:53'], questions };
}
