import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { compilePlan, type Compiled } from '../../../../src/core/plan/compile';
import { diffOf } from '../../../../src/core/plan/diff';
import { effectOf } from '../../../../src/core/plan/effect';
import { readPlan } from '../../../../src/core/plan/read-plan';
import { Cluster } from '../../../../src/core/snapshot/cluster';
import { withRecords } from '../../../../src/core/agents/with-text';
import { fileOutput } from '../../../../src/core/snapshot/file-output';
import { flannelCluster } from '../../../support/flannel-cluster';
import { overlayState, ways } from '../../../support/overlay-state';

const RESTART = 'restart: [systemctl, restart, flanneld]';
const WORKER = `{ node: worker, agent: flanneld, ${RESTART} }`;

/** A laboratory, with the outputs that only one backend fills read all the same. */
function laboratory(tunnel: 'tun' | 'vxlan', more: Readonly<Record<string, string>> = {}): Cluster {
  const outputs = { 'ip-neigh': '', 'bridge-fdb': '', ...more };
  return withRecords(new Cluster(flannelCluster({ tunnel, worker: '0', master: '0' })), (record) => ({
    ...record,
    outputs: {
      ...Object.fromEntries(
        Object.entries(outputs).map(([id, stdout]) => [id, { command: id, exitCode: 0, stdout, stderr: '' }]),
      ),
      ...record.outputs,
    },
  }));
}

const UDP = laboratory('tun');
const VXLAN = laboratory('vxlan');

function backend(type: string, more = ''): string {
  return `{ node: master, flannel: { etcd: { api: 3, key: /coreos.com/network/config, endpoints: ['http://127.0.0.1:2379'] } }, set: { Backend.Type: ${type}${more} }, ${RESTART} }`;
}

function compile(before: Cluster, ...changes: string[]): Compiled {
  const lines = changes.map((one) => `  - ${one}\n`).join('');
  const { plan, problems } = readPlan(`hoplensPlan: 1\nname: x\nchanges:\n${lines}`);
  assert.ok(plan, JSON.stringify(problems));
  return compilePlan(plan, before);
}

/** Of each path: its verdict, and which tunnels it goes through. */
function paths(cluster: Cluster): string[] {
  return Object.entries(ways(cluster)).map(([name, [verdict = '', ...steps]]) => {
    const tunnels = new Set(steps.flatMap((step) => / tunnel\b.*carried in UDP \S+ → \S+:(\d+)/.exec(step)?.[1] ?? []));
    return [name, verdict, ...tunnels].join(' ');
  });
}

/** Lines that `is` has and `was` has not, and the reverse. */
function changes(was: Cluster, is: Cluster): string[] {
  const [before, after] = [overlayState(was), overlayState(is)];
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}

suite('flannelds that are restarted with another backend', () => {
  test('udp → vxlan: all is as in a cluster that was made with vxlan, in whichever order', () => {
    const { after, unknowns } = compile(UDP, backend('vxlan'), WORKER);
    assert.deepEqual(unknowns, []);
    assert.deepEqual(overlayState(after), overlayState(VXLAN));
    assert.deepEqual(ways(after), ways(VXLAN));
    assert.deepEqual(paths(after), [
      'worker → 10.0.0.103:80/tcp connected 8472',
      'master → 10.0.0.103:80/tcp connected',
      'master/default/g4 → 10.0.0.103:80/tcp no-reply',
    ]);
  });

  test('one of two: each passes over the lease of the other, which the plan says', () => {
    const { after, concerns } = compile(UDP, backend('vxlan'));
    assert.deepEqual(changes(UDP, after), [
      '- master: flannel0 mtu 1472 10.1.63.0/16',
      '- master: route 10.1.0.0/16 dev flannel0 src 10.1.63.0',
      '+ master: flannel.1 mtu 1450 10.1.63.0/32 vxlan 1 192.168.1.11 eth0 8472',
    ]);
    assert.match(
      concerns.map(({ message }) => message).join('\n'),
      /^Not every flanneld is restarted: worker has udp, master has vxlan\./m,
    );
    const effect = effectOf(UDP, after);
    assert.deepEqual(
      effect.pairs.map(({ from, before, after: is, change }) => [from, before, is, change]),
      [['worker', 'connected', 'dropped', 'broken']],
    );
    assert.match(effect.pairs[0]?.answer ?? '', /master has no flannel0 to take it out/);
    assert.deepEqual(overlayState(compile(after, WORKER).after), overlayState(VXLAN));
  });

  test('a plan that changes the value and restarts nothing changes no way', () => {
    const { after, unknowns } = compile(UDP, backend('vxlan').replace(`, ${RESTART}`, ''));
    assert.deepEqual([changes(UDP, after), unknowns], [[], []]);
    assert.deepEqual(ways(after), ways(UDP));
  });

  test('a restart with what it has changes nothing', () => {
    for (const cluster of [UDP, VXLAN]) {
      const { after, unknowns } = compile(cluster, WORKER);
      assert.deepEqual([changes(cluster, after), unknowns], [[], []]);
      assert.deepEqual(ways(after), ways(cluster));
    }
  });

  test('vxlan → udp: flannel.1 and its routes stay, and go before the route into flannel0', () => {
    const { after } = compile(VXLAN, backend('udp'), WORKER);
    assert.deepEqual(changes(VXLAN, after), [
      '+ worker: flannel0 mtu 1472 10.1.12.0/32',
      '+ worker: route 10.1.0.0/16 dev flannel0',
      '+ master: flannel0 mtu 1472 10.1.63.0/32',
      '+ master: route 10.1.0.0/16 dev flannel0',
    ]);
    assert.equal(paths(after)[0], 'worker → 10.0.0.103:80/tcp connected 8472');
  });

  test('→ host-gw: the other node is the gateway; flannel.1 stays beside that, and a TUN does not', () => {
    for (const cluster of [UDP, VXLAN]) {
      const { after } = compile(cluster, backend('host-gw'), WORKER);
      assert.equal(paths(after)[0], 'worker → 10.0.0.103:80/tcp connected');
      const routes = overlayState(after).filter((line) => / via .* dev eth0$/.test(line) && !/0\.0\.0\.0/.test(line));
      assert.deepEqual(routes, [
        'worker: route 10.1.63.0/24 via 192.168.1.11 dev eth0',
        'master: route 10.1.12.0/24 via 192.168.1.12 dev eth0',
      ]);
      const devices = overlayState(after).flatMap((line) => /^worker: (flannel\S+)/.exec(line)?.[1] ?? []);
      assert.deepEqual(devices, cluster === UDP ? [] : ['flannel.1']);
    }
    // Back again, the TUN is not there, and the routes are.
    const gateway = compile(UDP, backend('host-gw'), WORKER).after;
    assert.deepEqual(overlayState(compile(gateway, backend('vxlan'), WORKER).after), overlayState(VXLAN));
  });

  test('→ host-gw of nodes that share no link: what was there goes, and the gateway is refused', () => {
    const text = JSON.stringify(VXLAN.snapshot).replaceAll(/192\.168\.1\.(12|1 dev|0)\b/g, '192.168.2.$1');
    const onWorker = new Cluster(JSON.parse(text) as typeof VXLAN.snapshot);
    const apart = new Cluster({
      ...VXLAN.snapshot,
      nodes: VXLAN.snapshot.nodes.map((node, at) => {
        const other = onWorker.snapshot.nodes[at];
        return node.name === 'worker' && other ? other : node;
      }),
    });
    const leases = withRecords(
      apart,
      (record) =>
        JSON.parse(
          JSON.stringify(record).replaceAll('"PublicIP\\":\\"192.168.1.12', '"PublicIP\\":\\"192.168.2.12'),
        ) as typeof record,
    );
    const { after, concerns } = compile(leases, backend('host-gw'), WORKER);
    assert.match(concerns.map(({ message }) => message).join('\n'), /worker and master share no subnet/);
    assert.deepEqual(
      changes(leases, after).filter((line) => line.includes('route')),
      [
        '- worker: route 10.1.63.0/24 via 10.1.63.0 dev flannel.1',
        '- master: route 10.1.12.0/24 via 10.1.12.0 dev flannel.1',
      ],
    );
    assert.equal(paths(after)[0], 'worker → 10.0.0.103:80/tcp unroutable');
  });

  test('another VNI or port is another device, which the old one on the other side does not hear', () => {
    const vni = (count: 1 | 2): Cluster =>
      compile(VXLAN, ...[backend('vxlan', ', Backend.VNI: 7'), WORKER].slice(0, count)).after;
    assert.equal(paths(vni(2))[0], 'worker → 10.0.0.103:80/tcp connected 8472');
    assert.match(overlayState(vni(2)).join('\n'), /worker: fdb VTEP of master dev flannel\.7 dst 192\.168\.1\.11/);
    assert.match(paths(vni(1))[0] ?? '', /no-reply|dropped/);
    const port = compile(VXLAN, backend('vxlan', ', Backend.Port: 4789'), WORKER).after;
    assert.equal(paths(port)[0], 'worker → 10.0.0.103:80/tcp connected 4789');
    assert.deepEqual(
      changes(VXLAN, port).filter((line) => !line.includes('flannel.1 mtu')),
      [],
    );
  });

  test('the same of outputs in JSON', () => {
    const lines = (cluster: Cluster): string[] =>
      overlayState(cluster).filter((line) => !/: (lo|vpod|eth0|docker0) /.test(line));
    const json = withRecords(UDP, (record) => (record.kind === 'host' ? inJson(record) : record));
    assert.deepEqual(lines(json), lines(UDP));
    assert.deepEqual(lines(compile(json, backend('vxlan'), WORKER).after), lines(VXLAN));
  });

  test('what cannot be known is not told', () => {
    for (const [set, why] of [
      ['Backend.Type: wireguard', /backend wireguard is not predicted/],
      ['Backend.Type: vxlan, EnableIPv6: true, IPv6Network: "fd00::/48"', /another EnableIPv6/],
      ['Network: 10.2.0.0/16', /another Network/],
      ['Backend.Port: 8286', /by which port/],
    ] as const) {
      const { unknowns } = compile(UDP, backend('udp').replace('Backend.Type: udp', set));
      assert.match(unknowns.map((one) => one.why).join(), why);
    }
    // Two leases of one address: which is the worker's, only subnet.env could tell.
    const cloned = withRecords(UDP, (record) => {
      const text = JSON.stringify(record).replaceAll('"PublicIP\\":\\"192.168.1.11', '"PublicIP\\":\\"192.168.1.12');
      return JSON.parse(text) as typeof record;
    });
    assert.match(
      compile(cloned, WORKER)
        .unknowns.map(({ why }) => why)
        .join(),
      /which pod subnet worker has/,
    );
    const without = withRecords(UDP, ({ outputs, ...record }) => ({
      ...record,
      outputs: Object.fromEntries(Object.entries(outputs).filter(([id]) => id !== 'etcd-flannel')),
    }));
    assert.match(
      compile(without, WORKER)
        .unknowns.map(({ why }) => why)
        .join(),
      /was not collected/,
    );
  });

  test('a ConfigMap is read by all nodes; leases in their annotations keep the MAC address of a VTEP', () => {
    const nodes = (['worker', 'master'] as const).map((name) => ({
      kind: 'Node',
      metadata: {
        name,
        annotations: Object.fromEntries(
          Object.entries({
            'backend-type': 'vxlan',
            'backend-data': `{"VNI":1,"VtepMAC":"${name === 'worker' ? '02:00:00:00:00:12' : '02:00:00:00:00:11'}"}`,
            'public-ip': name === 'worker' ? '192.168.1.12' : '192.168.1.11',
          }).map(([key, value]) => [`flannel.alpha.coreos.com/${key}`, value]),
        ),
      },
      spec: { podCIDR: name === 'worker' ? '10.1.12.0/24' : '10.1.63.0/24' },
    }));
    const config = '{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan"}}';
    const before = withRecords(VXLAN, (record) => {
      const { 'etcd-flannel': etcd, ...outputs } = record.outputs;
      if (!etcd) return record;
      const printed = { command: 'kubectl', exitCode: 0, stderr: '' };
      return {
        ...record,
        outputs: {
          ...outputs,
          'kubectl-nodes': { ...printed, stdout: JSON.stringify({ kind: 'List', items: nodes }) },
          'config-map:kube-flannel/kube-flannel-cfg/net-conf.json': { ...printed, stdout: config },
        },
      };
    });
    assert.equal(before.flannel.leases.length, 2);
    const place = '{ configMap: { namespace: kube-flannel, name: kube-flannel-cfg, entry: net-conf.json } }';
    const restart = '[kubectl, -n, kube-flannel, rollout, restart, daemonset/kube-flannel-ds]';
    const { after, unknowns } = compile(
      before,
      `{ node: master, flannel: ${place}, set: { Backend.VNI: 7 }, restart: ${restart} }`,
    );
    assert.deepEqual(unknowns, []);
    assert.equal(paths(after)[0], 'worker → 10.0.0.103:80/tcp connected 8472');
    const macs = after.nodes.map(({ host }) => [host?.interface('flannel.7')?.mac, host?.interface('flannel.1')?.mac]);
    assert.deepEqual(macs, [
      ['02:00:00:00:00:12', '02:00:00:00:00:12'],
      ['02:00:00:00:00:11', '02:00:00:00:00:11'],
    ]);
    assert.deepEqual(
      after.node('worker')?.host?.fdb?.flatMap(({ device, mac }) => (device === 'flannel.7' ? [mac] : [])),
      ['02:00:00:00:00:11'],
    );
  });

  test('subnet.env has the MTU of the tunnel', () => {
    const env = 'FLANNEL_SUBNET=10.1.12.1/24\nFLANNEL_MTU=1472\n';
    const before = laboratory('tun', { 'flannel-subnet-env': env, [fileOutput('/run/flannel/subnet.env')]: env });
    const worker = compile(before, backend('vxlan'), WORKER).after.node('worker');
    assert.equal(worker?.subnetEnv?.mtu, 1450);
    assert.match(worker.host?.output(fileOutput('/run/flannel/subnet.env'))?.stdout ?? '', /^FLANNEL_MTU=1450$/m);
  });

  test('the diff shows interfaces, neighbours and forwarding entries', () => {
    const worker = diffOf(UDP, compile(UDP, backend('vxlan'), WORKER)).find(({ node }) => node === 'worker');
    assert.match(worker?.before ?? '', /^flannel0: up mtu 1472 10\.1\.12\.0\/16$/m);
    assert.match(worker?.after ?? '', /^flannel\.1: up mtu 1450 vxlan id 1 dev eth0 dstport 8472 10\.1\.12\.0\/32$/m);
    assert.match(worker?.after ?? '', /^10\.1\.63\.0 dev flannel\.1 lladdr 02:00:c0:a8:01:0b$/m);
    assert.match(worker?.after ?? '', /^02:00:c0:a8:01:0b dev flannel\.1 dst 192\.168\.1\.11$/m);
  });
});

/** The interfaces and routes as `ip -j` prints them, and no neighbours. */
function inJson(record: (typeof UDP.snapshot.nodes)[number]['namespaces'][number]): typeof record {
  const host = new Cluster({ ...UDP.snapshot, nodes: [{ name: 'x', namespaces: [record] }] }).node('x')?.host;
  const text = (address: { readonly value: bigint } | undefined): string | undefined =>
    address && [24n, 16n, 8n, 0n].map((shift) => String((address.value >> shift) & 255n)).join('.');
  const bits = (mask: bigint): number => mask.toString(2).replaceAll('0', '').length;
  const links = (host?.interfaces ?? []).map((device) => ({
    ...{
      ifindex: device.index,
      ifname: device.name,
      mtu: device.mtu,
      flags: device.loopback ? ['LOOPBACK', 'UP'] : ['UP'],
    },
    ...(device.kind !== undefined && { linkinfo: { info_kind: device.kind } }),
    addr_info: device.addresses.map(({ address, network, scope }) => ({
      ...{ family: 'inet', local: text(address), prefixlen: bits(network.mask), scope },
    })),
  }));
  const routes = (host?.routes(4)?.routes ?? []).map(
    ({ destination, nextHops: [hop], preferredSource, protocol, scope }) => ({
      dst: destination.mask === 0n ? 'default' : `${text(destination) ?? ''}/${bits(destination.mask)}`,
      ...{ gateway: text(hop?.gateway), dev: hop?.device, protocol, scope, prefsrc: text(preferredSource), flags: [] },
    }),
  );
  const stdout = { 'ip-addr': links, 'ip-route': routes, 'ip-neigh': [], 'bridge-fdb': [] };
  const outputs = Object.fromEntries(
    Object.entries(stdout).map(([id, value]) => [
      id,
      { command: `ip -j ${id}`, exitCode: 0, stdout: `${JSON.stringify(value)}\n`, stderr: '' },
    ]),
  );
  return { ...record, outputs: { ...record.outputs, ...outputs } };
}
