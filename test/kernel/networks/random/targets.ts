import type { Random } from '../../lab/random';
import type { Site } from './matches';
import { nobody } from './sketch';
import type { Vocabulary } from './vocabulary';

const REJECTIONS: Readonly<Record<4 | 6, readonly string[]>> = {
  4: [
    'icmp-net-unreachable',
    'icmp-host-unreachable',
    'icmp-port-unreachable',
    'icmp-proto-unreachable',
    'icmp-net-prohibited',
    'icmp-host-prohibited',
    'icmp-admin-prohibited',
  ],
  6: [
    'icmp6-no-route',
    'icmp6-adm-prohibited',
    'icmp6-addr-unreachable',
    'icmp6-port-unreachable',
    'icmp6-policy-fail',
    'icmp6-reject-route',
  ],
};

/** `ADDRESS:PORT` */
export function socket(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What a rule at a site does; empty where it only counts. */
export function target(random: Random, words: Vocabulary, site: Site): string {
  if (random.chance(0.2)) return '';
  if (random.chance(0.15)) return random.pick(['-j ACCEPT', '-j RETURN']);
  switch (site.table) {
    case 'raw':
      return random.pick([
        '',
        '',
        '',
        '-j CT --notrack',
        '-j NOTRACK',
        '-j CT --zone 1',
        '-j CT --zone-orig 2',
        '-j CT --zone-reply 2',
        '-j DROP',
      ]);
    case 'mangle':
      return mangling(random, words, site);
    case 'nat':
      return translation(random, words, site);
    case 'security':
      return random.chance(0.1) ? '-j DROP' : '-j ACCEPT';
    default:
      return filtering(random, words);
  }
}

function mangling(random: Random, { family }: Vocabulary, { hook }: Site): string {
  return random.pick([
    `-j MARK --set-xmark ${random.pick(['0x1', '0x2', '0x4000/0x4000', '0x0/0xf'])}`,
    `-j MARK --set-mark ${random.pick(['0x1', '0x2/0x3'])}`,
    `-j MARK --${random.pick(['or', 'and', 'xor'])}-mark 0x3`,
    '-j CONNMARK --save-mark',
    '-j CONNMARK --save-mark --nfmask 0x3 --ctmask 0xff',
    '-j CONNMARK --restore-mark',
    '-j CONNMARK --restore-mark --mask 0x1',
    '-j CONNMARK --set-xmark 0x2/0xf',
    '-j CONNMARK --set-mark 0x1',
    family === 4 ? `-j TTL --ttl-${random.pick(['set 33', 'inc 1', 'dec 1'])}` : '-j HL --hl-set 33',
    '-j DSCP --set-dscp 10',
    '-j TOS --set-tos 0x28',
    '-j CLASSIFY --set-class 1:1',
    '-j AUDIT --type accept',
    '-p udp -j CHECKSUM --checksum-fill',
    '-j SET --add-set s-seen src',
    '-j SET --del-set s-seen dst',
    // Nobody is there: the copy goes nowhere.
    `-j TEE --gateway ${nobody(family)}`,
    ...(random.chance(0.2) ? ['-j NFQUEUE --queue-num 9 --queue-bypass'] : []),
    ...(hook === 'FORWARD'
      ? ['-p tcp --syn -j TCPMSS --clamp-mss-to-pmtu', '-p tcp --syn -j TCPMSS --set-mss 1000']
      : []),
    ...(hook === 'PREROUTING' && random.chance(0.3) ? ['-p tcp -j TPROXY --on-port 80 --tproxy-mark 0x1/0x1'] : []),
    ...(random.chance(0.2) ? ['-j DROP'] : []),
  ]);
}

function translation(random: Random, words: Vocabulary, { hook }: Site): string {
  const { pods, own, tunnelled, family, drawsPorts } = words;
  const only = tunnelled ? '-p tcp ' : '';
  const first = pods[0] ?? '';
  const network = family === 4 ? first.replace(/\d+$/, '0/24') : first.replace(/:[^:]*$/, ':/64');
  const loopback = family === 4 ? '127.0.0.1' : '::1';
  if (hook === 'PREROUTING' || hook === 'OUTPUT')
    return random.pick([
      `${only}-j DNAT --to-destination ${random.pick(pods)}`,
      `-p tcp -j DNAT --to-destination ${socket(random.pick(pods), 80)}`,
      `-p tcp -j DNAT --to-destination ${socket(random.pick([...own, loopback]), 8080)}`,
      `-p tcp -j DNAT --to-destination ${socket(random.pick(pods), 80)}-90`,
      `-p tcp -j DNAT --to-destination ${socket('', 8080)}`,
      '-p tcp -j REDIRECT --to-ports 8080',
      '-p tcp -j REDIRECT',
      `${only}-j NETMAP --to ${network}`,
      ...(family === 4 ? [`-p tcp -j DNAT --to-destination ${range(pods)}`] : []),
      `-p tcp -j DNAT --to-destination ${random.pick(pods)} ${random.pick(['--persistent', '--random'])}`,
      '-p tcp -j REDIRECT --to-ports 8080 --random',
    ]);
  if (hook === 'INPUT') return `${only}-j SNAT --to-source ${random.pick([...own, ...pods])}`;
  const drawn = [
    '-p tcp -j MASQUERADE --random-fully',
    '-p tcp -j MASQUERADE --to-ports 1024-60000',
    `-p tcp -j SNAT --to-source ${random.pick(own)} --random`,
    `-p tcp -j SNAT --to-source ${random.pick(own)} --random-fully --persistent`,
  ];
  return random.pick([
    ...(drawsPorts ? drawn : []),
    ...(family === 4 ? [`-p tcp -j NETMAP --to ${network}`] : []),
    `${only}-j MASQUERADE`,
    `${only}-j MASQUERADE`,
    `${only}-j SNAT --to-source ${random.pick(own)}`,
    `-p tcp -j SNAT --to-source ${random.pick(own)}:20000-30000`,
  ]);
}

/** Two pods with neighbouring addresses, where there are. */
function range(pods: readonly string[]): string {
  const last = (address: string): number => Number(address.split('.')[3]);
  const [first = '', second = first] = [...pods].sort((a, b) => last(a) - last(b));
  return first.replace(/\d+$/, '') === second.replace(/\d+$/, '') ? `${first}-${second}` : first;
}

function filtering(random: Random, { family }: Vocabulary): string {
  if (random.chance(0.12)) return '-j DROP';
  if (random.chance(0.16))
    return random.chance(0.2)
      ? '-p tcp -j REJECT --reject-with tcp-reset'
      : `-j REJECT --reject-with ${random.pick(REJECTIONS[family])}`;
  return random.pick(['-j ACCEPT', '-j ACCEPT', '-j LOG --log-prefix x', '-j NFLOG --nflog-group 5', '']);
}
