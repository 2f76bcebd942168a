import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeCommand } from '../../src/core/trace/change-command';
import type { Finding } from '../../src/core/trace/result';
import { check } from './lab/check';
import { collect } from './lab/collect';
import { Network, type Plan, type Space } from './lab/network';
import { freshPort, type Question } from './lab/observe';
import { predict } from './lab/predict';
import { oracle } from './networks/founding-case';
import { kubeProxy } from './networks/kube-proxy';
import { NODE, oneNode, PODS } from './networks/one-node';

/** A fault that is built: the packet fails, the finding names it, and what cures it lets the packet pass. */
interface Fault extends Question {
  /** The code of the finding. */
  readonly finding: string;
  readonly plan: Plan;
  /** Commands by node, where the finding has no fix of its own; or the network without the fault. */
  readonly cure?: Readonly<Record<string, string>> | Plan;
}

const pod = { from: 'worker/default/alpine', to: '10.1.63.3:80' };
const service = { from: 'worker', to: '10.0.0.103:80' };
const portal = (endpoint: string): string =>
  `nat PREROUTING -d 10.0.0.9 -p tcp --dport 80 -j DNAT --to-destination ${endpoint}:80`;
const onNode = { from: 'node/default/client', to: '10.0.0.9:80' };
const endpoints = (from: string, to: string): string =>
  `iptables-save -t nat | sed 's/10.1.63.3:${from}/10.1.63.3:${to}/' | iptables-restore`;

/** A third node on the wire, 192.168.1.13, at the end of the tunnels by mistake. */
function withThird({ spaces, cables, ...plan }: Plan, third: Partial<Space>): Plan {
  const { router } = spaces;
  if (!router) throw new Error('there is no wire');
  const setup = 'ip addr add 192.168.1.13/24 dev eth0\nip link set eth0 up\n';
  return {
    ...plan,
    spaces: {
      ...spaces,
      router: { ...router, setup: `${router.setup ?? ''}\nip link set to-third master lan up` },
      third: { kind: 'host', ...third, setup: setup + (third.setup ?? '') },
    },
    cables: [...cables, ['third:eth0', 'router:to-third']],
  };
}
const vtep = (
  mac: string,
): string => `ip link add flannel.1 address ${mac} type vxlan id 1 dev eth0 dstport 8472 nolearning
ip link set flannel.1 up`;
const MASTER_VTEP = '02:00:00:00:00:63';
const toThird = { more: `bridge fdb replace ${MASTER_VTEP} dev flannel.1 dst 192.168.1.13` };
const toMaster = `bridge fdb replace ${MASTER_VTEP} dev flannel.1 dst 192.168.1.11`;
const lease = (master: string): Plan => {
  const { spaces, ...plan } = oracle('tun');
  const { worker } = spaces;
  if (!worker?.tunnel) throw new Error('there is no tunnel');
  const tunnel = { ...worker.tunnel, routes: { '10.1.63.0/24': master } };
  return withThird(
    { ...plan, spaces: { ...spaces, worker: { ...worker, tunnel } } },
    {
      setup: 'ip addr add 10.1.99.0/16 dev flannel0\nip link set flannel0 up',
      tunnel: { device: 'flannel0', bind: '192.168.1.13', routes: {} },
    },
  );
};
const nodePort = kubeProxy([
  { name: 'web', address: '10.0.0.9', port: 80, endpoints: [`${PODS.routed1}:80`], nodePort: 30080 },
]);

const FAULTS: readonly Fault[] = [
  {
    finding: 'wrong-vtep',
    plan: withThird(oracle('vxlan', toThird), { setup: vtep('02:00:00:00:00:99') }),
    ...pod,
    cure: { worker: toMaster },
  },
  {
    finding: 'duplicate-vtep-mac',
    plan: withThird(oracle('vxlan', toThird), { setup: vtep(MASTER_VTEP) }),
    ...pod,
    cure: { third: 'ip link set flannel.1 address 02:00:00:00:00:99', worker: toMaster },
  },
  { finding: 'wrong-lease', plan: lease('192.168.1.13'), ...pod, cure: lease('192.168.1.11') },
  {
    finding: 'notrack-breaks-nat',
    plan: oneNode({
      pods: ['client', 'routed1'],
      node: `${portal(PODS.routed1)}\nraw PREROUTING -s ${PODS.routed1}/32 -j CT --notrack`,
    }),
    ...onNode,
  },
  {
    finding: 'nodeport-not-accepted',
    plan: oneNode({
      pods: ['client', 'routed1'],
      node: `${nodePort}filter FORWARD -d ${PODS.routed1}/32 -p tcp -j DROP`,
    }),
    from: 'node/default/client',
    to: `${NODE}:30080`,
    cure: { node: `iptables -D FORWARD -d ${PODS.routed1}/32 -p tcp -j DROP` },
  },
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
      await inNetwork(fault.plan, async (network) => {
        assert.notEqual((await check(network, fault)).verdict, 'connected', 'it fails');
        await cure(network, fault, await findingOf(network, fault));
        if (!isPlan(fault.cure)) await connects(network, fault);
      });
      if (isPlan(fault.cure)) await inNetwork(fault.cure, async (network) => connects(network, fault));
    });
});

async function inNetwork(plan: Plan, test: (network: Network) => Promise<void>): Promise<void> {
  const network = await Network.build(plan);
  try {
    await test(network);
  } finally {
    await network.close();
  }
}

async function connects(network: Network, question: Question): Promise<void> {
  assert.equal((await check(network, question)).verdict, 'connected', 'it is cured');
}

function isPlan(cure: Fault['cure']): cure is Plan {
  return cure !== undefined && 'cables' in cure;
}

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
  if (isPlan(commands)) return;
  for (const [node, command] of Object.entries(commands ?? {})) await network.run(node, command);
}
