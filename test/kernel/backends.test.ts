import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withRecord } from '../../src/core/agents/with-text';
import { leaseValue } from '../../src/core/overlay/flannel';
import { parseAddress } from '../../src/core/net/address';
import { parsePrefix } from '../../src/core/net/prefix';
import { compilePlan } from '../../src/core/plan/compile';
import { readPlan } from '../../src/core/plan/read-plan';
import type { Cluster } from '../../src/core/snapshot/cluster';
import { overlayState, ways } from '../support/overlay-state';
import { collect } from './lab/collect';
import { Network, type Plan } from './lab/network';
import { oracle } from './networks/founding-case';

const VXLAN = oracle('vxlan');
const GATEWAYS = oracle('host-gw');

/** What the kernel holds after flannelds have gone from one backend to another, and what it would be beforehand. */
const CHANGES: readonly (readonly [title: string, from: Plan, backend: string, to: string, after: Plan])[] = [
  ['udp → vxlan', oracle('tun'), 'udp', 'vxlan', VXLAN],
  ['udp → host-gw', oracle('tun'), 'udp', 'host-gw', GATEWAYS],
  ['host-gw → vxlan: the routes are replaced', GATEWAYS, 'host-gw', 'vxlan', VXLAN],
  [
    'vxlan → host-gw: the routes are replaced, and the interface stays',
    ...([VXLAN, 'vxlan', 'host-gw'] as const),
    oracle(
      'vxlan',
      { more: 'ip route replace 10.1.63.0/24 via 192.168.1.11 dev eth0' },
      { more: 'ip route replace 10.1.12.0/24 via 192.168.1.12 dev eth0' },
    ),
  ],
];

describe(
  "flannel's backends: what is told before a change is what the kernel holds after it",
  { concurrency: 1 },
  () => {
    for (const [title, from, backend, to, after] of CHANGES)
      it(title, async () => {
        const before = withKeys(await collected(from), backend);
        const restart = 'restart: [systemctl, restart, flanneld]';
        const etcd = `{ api: 3, key: /coreos.com/network/config, endpoints: ['http://127.0.0.1:2379'] }`;
        const { plan, problems } = readPlan(`hoplensPlan: 1
name: backend
changes:
  - { node: master, flannel: { etcd: ${etcd} }, set: { Backend.Type: ${to} }, ${restart} }
  - { node: worker, agent: flanneld, ${restart} }
`);
        assert.ok(plan, JSON.stringify(problems));
        const told = compilePlan(plan, before);
        assert.deepEqual(told.unknowns, []);
        const now = withKeys(await collected(after), to);
        assert.deepEqual(overlayState(told.after), overlayState(now));
        assert.deepEqual(ways(told.after), ways(now));
        assert.equal(ways(now)['worker → 10.0.0.103:80/tcp']?.[0], 'connected');
      });
  },
);

async function collected(plan: Plan): Promise<Cluster> {
  const network = await Network.build(plan);
  try {
    return await collect(network);
  } finally {
    await network.close();
  }
}

/** What flannelds with a backend have in etcd. */
function withKeys(cluster: Cluster, backend: string): Cluster {
  const config = `/coreos.com/network/config\n{"Network":"10.1.0.0/16","Backend":{"Type":"${backend}"}}\n`;
  const leases = cluster.nodes.map(({ name, host }) => {
    const worker = name === 'worker';
    const subnet = parsePrefix(worker ? '10.1.12.0/24' : '10.1.63.0/24') ?? assert.fail();
    const publicIp = parseAddress(worker ? '192.168.1.12' : '192.168.1.11') ?? assert.fail();
    const vtepMac = host?.interface('flannel.1')?.mac;
    const value = leaseValue({ subnet, publicIp, backend, vtepMac, vni: 1, line: 0 });
    return `/coreos.com/network/subnets/${worker ? '10.1.12.0-24' : '10.1.63.0-24'}\n${value}\n`;
  });
  return withRecord(cluster, cluster.node('master')?.host?.record, 'etcd-flannel', {
    ...{ command: 'etcdctl get --prefix /coreos.com/network', exitCode: 0, stderr: '' },
    stdout: config + leases.join(''),
  });
}
