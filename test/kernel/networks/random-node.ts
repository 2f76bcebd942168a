import type { Question } from '../lab/observe';
import { Random } from '../lab/random';
import { BRIDGE, NODE, type OneNode, type PodName, PODS } from './one-node';
import { randomRules, type Vocabulary } from './random-rules';

const SERVICE = '10.0.0.9';
const PRESENT: readonly PodName[] = ['client', 'server1', 'server2', 'routed1', 'routed2'];
const WORDS: Vocabulary = {
  pods: PRESENT.map((pod) => PODS[pod]),
  own: [NODE, BRIDGE],
  services: [SERVICE],
  networks: ['10.9.0.0/24', '10.8.0.0/16', '127.0.0.0/8'],
  devices: ['eth0', 'cni0', 'lo', 'veth-routed1', 'veth-+', 'c+'],
  bridgePorts: ['veth-client', 'veth-server1', 'veth-+'],
};

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
  if (random.chance(0.2)) lines.push(`ip route add 10.0.0.0/24 dev ${random.pick(['cni0', 'veth-routed1'])}`);
  return lines;
}

/** A node whose rules, routes and settings are drawn, and what is sent there. */
export function randomNode(seed: number): OneNode & { readonly questions: readonly Question[] } {
  const random = new Random(seed);
  const flavour = random.chance(0.25) ? 'legacy' : 'nft';
  const lines = [
    ...(flavour === 'legacy' ? ['IPTABLES=iptables-legacy'] : []),
    ...settings(random),
    ...randomRules(random, WORDS),
  ];
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
  return {
    pods: PRESENT,
    node: lines.join('\n'),
    serves: ['tcp 0.0.0.0:8080', 'udp 0.0.0.0:53'],
    flavours: [flavour],
    questions,
  };
}
