import type { Plan } from '../lab/network';
import type { Question } from '../lab/observe';
import { Random } from '../lab/random';
import { oracle } from './founding-case';
import { randomRules, type Vocabulary } from './random-rules';
import type { Site } from './two-nodes';

const PODS = ['10.1.12.2', '10.1.63.3'];
const SERVICE = '10.0.0.103';

function words(own: readonly string[], tunnel: string, pod: string): Vocabulary {
  return {
    pods: PODS,
    own,
    services: [SERVICE],
    networks: ['10.1.0.0/16', '10.1.63.0/24', '192.168.1.0/24', '127.0.0.0/8'],
    devices: ['eth0', 'docker0', 'lo', tunnel, 'veth-+', 'f+'],
    bridgePorts: [`veth-${pod}`, 'veth-+'],
    tunnelled: true,
  };
}

function settings(random: Random, tunnel: string): string {
  const devices = ['all', 'eth0', 'docker0', tunnel];
  const keys = devices.map((device) => `net/ipv4/conf/${device}/rp_filter=${random.pick([0, 0, 0, 1, 2])}`);
  return `sysctl -qw ${keys.join(' ')} net/bridge/bridge-nf-call-iptables=${random.below(2)}`;
}

/** Two nodes and an overlay whose rules and settings are drawn, and what is sent there. */
export function randomCluster(seed: number): { readonly plan: Plan; readonly questions: readonly Question[] } {
  const random = new Random(seed);
  const overlay = random.pick<Site['overlay']>(['tun', 'tun', 'vxlan', 'vxlan', 'host-gw']);
  const tunnel = { tun: 'flannel0', vxlan: 'flannel.1', 'host-gw': 'eth0' }[overlay];
  const proxy = random.chance(0.3) ? { masqueradeAll: true } : {};
  const rules = (own: readonly string[], pod: string): string =>
    [settings(random, tunnel), ...randomRules(random, words(own, tunnel, pod))].join('\n');
  const worker = { proxy, more: rules(['192.168.1.12', '10.1.12.1'], 'alpine') };
  const master = { proxy, more: rules(['192.168.1.11', '10.1.63.1'], 'g4') };
  const questions = Array.from({ length: 4 }, (): Question => {
    const protocol = random.pick(['tcp', 'tcp', 'tcp', 'udp', 'icmp'] as const);
    const host = random.pick([SERVICE, SERVICE, ...PODS, '192.168.1.11', '10.1.63.1']);
    const port = protocol === 'udp' ? 53 : 80;
    return {
      from: random.pick(['worker', 'worker', 'worker/default/alpine', 'master', 'master/default/g4']),
      to: protocol === 'icmp' ? host : `${host}:${port}`,
      protocol,
    };
  });
  return { plan: oracle(overlay, worker, master), questions };
}
