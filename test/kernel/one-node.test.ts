import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Verdict } from '../../src/core/trace/result';
import { check } from './lab/check';
import { Network } from './lab/network';
import type { Question } from './lab/observe';
import { kubeProxy } from './networks/kube-proxy';
import { BRIDGE, NODE, type OneNode, oneNode, PODS } from './networks/one-node';

/** A node, what is sent, and what the kernel is known to do with it. */
interface Case extends OneNode, Question {
  readonly title: string;
  readonly verdict: Verdict;
  /** The address that the server sees. */
  readonly source?: string;
  /** What connect() says. */
  readonly error?: string;
}

const SERVER = `${PODS.server1}:80`;
const SERVICE = kubeProxy([{ name: 'WEB', address: '10.0.0.9', port: 80, endpoints: [SERVER] }]);
const NODE_PORT = kubeProxy([{ name: 'WEB', address: '10.0.0.9', port: 80, endpoints: [SERVER], nodePort: 30080 }]);
const ITSELF = kubeProxy([{ name: 'WEB', address: '10.0.0.9', port: 80, endpoints: [`${PODS.client}:80`] }]);
const client = 'node/default/client';

const hairpin = (on: boolean, masquerade: boolean): string => `${ITSELF}
bridge link set dev veth-client hairpin ${on ? 'on' : 'off'}
${masquerade ? '' : 'iptables -t nat -F KUBE-MARK-MASQ'}
`;

const BRIDGE_CASES: Case[] = [
  {
    title: 'pod → service → pod on the same bridge, seen by br_netfilter',
    pods: ['client', 'server1'],
    node: SERVICE,
    from: client,
    to: '10.0.0.9:80',
    verdict: 'connected',
    source: PODS.client,
  },
  {
    title: 'pod → service → pod on the same bridge, not seen by br_netfilter: the reply is bridged as it is',
    pods: ['client', 'server1'],
    node: `${SERVICE}\nsysctl -qw net.bridge.bridge-nf-call-iptables=0`,
    from: client,
    to: '10.0.0.9:80',
    verdict: 'no-reply',
    source: PODS.client,
  },
  {
    title: 'pod → pod on the same bridge',
    pods: ['client', 'server1'],
    node: 'filter FORWARD -m physdev --physdev-is-bridged -j ACCEPT',
    from: client,
    to: SERVER,
    verdict: 'connected',
    source: PODS.client,
  },
  ...[
    [false, false, 'dropped'],
    [false, true, 'dropped'],
    [true, false, 'no-reply'],
    [true, true, 'connected'],
  ].map(([on, masquerade, verdict]): Case => ({
    title: `pod → service → itself, hairpin ${on === true ? 'on' : 'off'}, ${masquerade === true ? '' : 'not '}masqueraded`,
    pods: ['client'],
    node: hairpin(on === true, masquerade === true),
    from: client,
    to: '10.0.0.9:80',
    verdict: verdict as Verdict,
    ...(verdict === 'connected' && { source: BRIDGE }),
  })),
];

const NODE_PORT_CASES: Case[] = [
  {
    title: 'pod → node port',
    pods: ['client', 'server1'],
    node: NODE_PORT,
    from: client,
    to: `${NODE}:30080`,
    verdict: 'connected',
    source: BRIDGE,
  },
  {
    title: 'node → node port on its own address',
    pods: ['server1'],
    node: NODE_PORT,
    from: 'node',
    to: `${NODE}:30080`,
    verdict: 'connected',
  },
  {
    title: 'node → node port on 127.0.0.1, route_localnet 0: it may not leave by cni0',
    pods: ['server1'],
    node: NODE_PORT,
    from: 'node',
    to: '127.0.0.1:30080',
    verdict: 'dropped',
  },
  {
    title: 'node → node port on 127.0.0.1, route_localnet 1',
    pods: ['server1'],
    node: `${NODE_PORT}\nsysctl -qw net.ipv4.conf.all.route_localnet=1`,
    from: 'node',
    to: '127.0.0.1:30080',
    verdict: 'connected',
    source: BRIDGE,
  },
];

const CASES = [...BRIDGE_CASES, ...NODE_PORT_CASES];

describe('one node', () => {
  for (const { title, verdict, source, error, from, to, protocol, ...plan } of CASES)
    it(title, async () => {
      const network = await Network.build(oneNode(plan));
      try {
        const seen = await check(network, { from, to, ...(protocol && { protocol }) });
        assert.equal(seen.verdict, verdict);
        if (source !== undefined) assert.equal(seen.source?.replace(/:\d+$/, ''), source);
        if (error !== undefined) assert.equal(seen.client.error, error);
      } finally {
        await network.close();
      }
    });
});
