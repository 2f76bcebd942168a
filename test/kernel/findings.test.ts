import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeCommand } from '../../src/core/trace/change-command';
import type { Finding } from '../../src/core/trace/result';
import { check } from './lab/check';
import { collect } from './lab/collect';
import { Network, type Plan } from './lab/network';
import { freshPort, type Question } from './lab/observe';
import { predict } from './lab/predict';
import { oracle } from './networks/founding-case';
import { oneNode, PODS } from './networks/one-node';

/** A fault that is built: the packet fails, the finding names it, and what cures it lets the packet pass. */
interface Fault extends Question {
  /** The code of the finding. */
  readonly finding: string;
  readonly plan: Plan;
  /** Commands by node, where the finding has no fix of its own. */
  readonly cure?: Readonly<Record<string, string>>;
}

const pod = { from: 'worker/default/alpine', to: '10.1.63.3:80' };
const service = { from: 'worker', to: '10.0.0.103:80' };
const portal = (endpoint: string): string =>
  `nat PREROUTING -d 10.0.0.9 -p tcp --dport 80 -j DNAT --to-destination ${endpoint}:80`;
const onNode = { from: 'node/default/client', to: '10.0.0.9:80' };
const endpoints = (from: string, to: string): string =>
  `iptables-save -t nat | sed 's/10.1.63.3:${from}/10.1.63.3:${to}/' | iptables-restore`;

const FAULTS: readonly Fault[] = [
  {
    finding: 'pod-route-missing',
    plan: oracle('host-gw', { more: 'ip route del 10.1.63.0/24\nip route del default' }),
    ...pod,
  },
  {
    finding: 'pod-route-missing',
    plan: oracle('vxlan', { more: 'ip route del 10.1.63.0/24\nip route del default' }),
    ...pod,
  },
  {
    finding: 'pod-route-overlapping',
    plan: oracle('host-gw', { more: 'ip route del 10.1.63.0/24\nip route add 10.1.0.0/16 dev docker0' }),
    ...pod,
  },
  {
    finding: 'pod-route-stale',
    plan: oracle('host-gw', {
      more: `ip route del 10.1.63.0/24
ip route add 10.1.63.0/24 via 192.168.1.11 metric 100
ip route add 10.1.63.0/24 dev docker0`,
    }),
    ...pod,
  },
  {
    finding: 'tunnel-blocked',
    plan: oracle('vxlan', {}, { more: 'filter INPUT -p udp --dport 8472 -j DROP' }),
    ...pod,
  },
  {
    finding: 'duplicate-address',
    plan: oracle('vxlan', {}, { more: 'ip addr add 192.168.1.12/32 dev docker0' }),
    ...service,
    cure: { master: 'ip addr del 192.168.1.12/32 dev docker0' },
  },
  {
    finding: 'stale-rules',
    plan: oracle('vxlan', { more: endpoints('80', '81') }),
    ...service,
    cure: { worker: endpoints('81', '80') },
  },
  {
    finding: 'asymmetric-return',
    plan: oracle('tun', { more: 'sysctl -qw net.ipv4.conf.all.rp_filter=1' }),
    ...service,
  },
  {
    finding: 'refused-route',
    plan: oracle('vxlan', { more: 'ip route add blackhole 10.1.63.3' }),
    ...pod,
  },
  {
    finding: 'ip-forward-off',
    plan: oneNode({ pods: ['client', 'routed1'], node: 'sysctl -qw net.ipv4.ip_forward=0' }),
    from: 'node/default/client',
    to: `${PODS.routed1}:80`,
  },
  {
    finding: 'bridge-nf-off',
    plan: oneNode({
      pods: ['client', 'server1'],
      node: `sysctl -qw net.bridge.bridge-nf-call-iptables=0\n${portal(PODS.server1)}`,
    }),
    ...onNode,
  },
  {
    finding: 'hairpin-without-masquerade',
    plan: oneNode({
      pods: ['client'],
      node: `bridge link set dev veth-client hairpin on\n${portal(PODS.client)}`,
    }),
    ...onNode,
  },
];

describe('findings, their cause built and cured', { concurrency: 1 }, () => {
  for (const fault of FAULTS)
    it(`${fault.finding}: ${fault.from} → ${fault.to}`, async () => {
      const network = await Network.build(fault.plan);
      try {
        assert.notEqual((await check(network, fault)).verdict, 'connected', 'it fails');
        await cure(network, fault, await findingOf(network, fault));
        assert.equal((await check(network, fault)).verdict, 'connected', 'it is cured');
      } finally {
        await network.close();
      }
    });
});

async function findingOf(network: Network, { finding, ...question }: Fault): Promise<Finding> {
  const { outcomes } = predict(await collect(network), question, freshPort());
  const found = outcomes.flatMap(({ findings }) => findings);
  const named = found.find(({ code }) => code === finding);
  return named ?? assert.fail(`only ${found.map(({ code, message }) => `${code}: ${message}`).join('; ')}`);
}

/** By the finding's own fix, where it has one. */
async function cure(network: Network, { cure: commands }: Fault, { fix }: Finding): Promise<void> {
  assert.equal(fix === null, commands !== undefined, 'a cure of the test only where the finding has none');
  for (const change of fix?.changes ?? []) await network.run(change.node, changeCommand(change));
  for (const [node, command] of Object.entries(commands ?? {})) await network.run(node, command);
}
