import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type AgentOperations, agentOperations, type AgentPlanned } from '../../../src/core/agents/operations';
import { foundConfigurations } from '../../../src/core/agents/found';
import { proposedChanges } from '../../../src/core/agents/proposed';
import { fileOutput } from '../../../src/core/snapshot/file-output';
import { cluster, node, type Outputs } from '../../support/snapshots';

const CONFIG = '/var/lib/kube-proxy/config.conf';
const KUBE_PROXY = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: "" # as ever\n';
const ETCD = { api: 2, key: '/coreos.com/network/config', endpoints: ['http://127.0.0.1:2379'] } as const;

const LEASES = JSON.stringify({
  node: {
    nodes: [
      { key: '/coreos.com/network/config', value: '{"Network":"10.1.0.0/16","Backend":{"Type":"udp"}}' },
      { key: '/coreos.com/network/subnets/10.1.9.0-24', value: '{"PublicIP":"192.168.1.12"}' },
      { key: '/coreos.com/network/subnets/10.1.63.0-24', value: '{"PublicIP":"192.168.1.11"}' },
    ],
  },
});

function address(own: string, mtu = 1500): string {
  return `2: eth0: <UP> mtu ${mtu}\n    inet ${own} scope global eth0\n3: docker0: <UP> mtu 1472\n    inet 10.1.${own.includes('.12/') ? 9 : 63}.1/24 scope global docker0\n`;
}

const TWO_NODES = cluster(
  node('worker', {
    'ip-addr': address('192.168.1.12/24'),
    'flannel-subnet-env': 'FLANNEL_SUBNET=10.1.9.1/24\nFLANNEL_MTU=1472\nFLANNEL_IPMASQ=false\n',
  }),
  node('master', {
    'ip-addr': address('192.168.1.11/24'),
    'etcd-flannel': {
      stdout: LEASES,
      command: 'curl -fsS http://127.0.0.1:2379/v2/keys/coreos.com/network?recursive=true',
    },
  }),
);

function operate(
  outputs: Outputs,
  change: Omit<AgentPlanned, 'restart'> & { restart?: readonly string[] },
): AgentOperations {
  return operateOn(cluster(node('worker', outputs)), change);
}

function operateOn(
  at: ReturnType<typeof cluster>,
  change: Omit<AgentPlanned, 'restart'> & { restart?: readonly string[] },
): AgentOperations {
  const made = agentOperations(at, 'worker', { restart: undefined, ...change } as AgentPlanned);
  if ('error' in made) assert.fail(made.error);
  return made;
}

function refused(outputs: Outputs, change: Omit<AgentPlanned, 'restart'>): string {
  const made = agentOperations(cluster(node('worker', outputs)), 'worker', {
    restart: undefined,
    ...change,
  } as AgentPlanned);
  return 'error' in made ? made.error : `made: ${JSON.stringify(made.operations)}`;
}

const told = ({ effects }: AgentOperations, severity: string): string =>
  effects
    .filter((one) => one.severity === severity)
    .map(({ text }) => text)
    .join('\n');

suite("a change of an agent's configuration", () => {
  test('is the file with what is asked for changed, then the restart', () => {
    const restart = ['systemctl', 'restart', 'kube-proxy'];
    const made = operate(
      { [fileOutput(CONFIG)]: KUBE_PROXY },
      { kind: 'kube-proxy', in: { config: CONFIG }, set: { 'iptables.masqueradeAll': true }, restart },
    );
    assert.deepEqual(made.operations, [
      { kind: 'file', path: CONFIG, before: KUBE_PROXY, after: `${KUBE_PROXY}iptables:\n  masqueradeAll: true\n` },
      { kind: 'restart', agent: 'kube-proxy', argv: restart },
    ]);
    assert.match(told(made, 'info'), /^iptables\.masqueradeAll: false → true\. Every connection/m);
    assert.match(told(made, 'warning'), /no longer see who asks/);
  });

  test('of a unit has systemd read it again first', () => {
    const unit = '/etc/systemd/system/flanneld.service';
    const text = '[Service]\nExecStart=/opt/bin/flanneld\n';
    const restart = ['systemctl', 'restart', 'flanneld'];
    const made = operate(
      { [fileOutput(unit)]: text },
      { kind: 'flannel', in: { flags: unit }, set: { 'ip-masq': true }, restart },
    );
    assert.deepEqual(made.operations, [
      { kind: 'file', path: unit, before: text, after: text.replace('flanneld\n', 'flanneld --ip-masq=true\n') },
      { kind: 'restart', agent: 'systemd', argv: ['systemctl', 'daemon-reload'] },
      { kind: 'restart', agent: 'flanneld', argv: restart },
    ]);
    assert.match(told(made, 'warning'), /FLANNEL_IPMASQ=true/);
  });

  test('of a ConfigMap or a key of etcd is one for all nodes, and says so', () => {
    const map = { namespace: 'kube-system', name: 'kube-proxy', entry: 'config.conf' };
    const made = operate(
      { 'config-map:kube-system/kube-proxy/config.conf': KUBE_PROXY },
      { kind: 'kube-proxy', in: { configMap: map }, set: { mode: 'nftables' } },
    );
    assert.deepEqual(made.operations, [
      { kind: 'config-map', ...map, before: KUBE_PROXY, after: KUBE_PROXY.replace('""', '"nftables"') },
    ]);
    assert.match(told(made, 'warning'), /one for all nodes/);
    assert.match(told(made, 'warning'), /the plan restarts nothing/);
    assert.match(told(made, 'warning'), /Rules of mode iptables stay/);
  });

  test('of a file that is not there makes it, where that is known', () => {
    const set = { mtu: 1450, 'ip-masq': false };
    const made = operate({ agents: '\n' }, { kind: 'flannel', in: { docker: '/etc/docker/daemon.json' }, set });
    assert.deepEqual(made.operations, [
      { kind: 'file', path: '/etc/docker/daemon.json', before: undefined, after: '{"mtu": 1450,"ip-masq": false}\n' },
    ]);
    assert.match(refused({}, { kind: 'flannel', in: { docker: '/etc/docker/daemon.json' }, set }), /was not read/);
    assert.match(
      refused(
        { agents: 'secret /etc/docker/daemon.json\n' },
        { kind: 'flannel', in: { docker: '/etc/docker/daemon.json' }, set },
      ),
      /holds a secret/,
    );
  });

  test('is refused where the agent would refuse it, or nothing would change', () => {
    const outputs = { [fileOutput(CONFIG)]: KUBE_PROXY };
    const place = { config: CONFIG };
    for (const [set, why] of [
      [{ masqueradeAll: true }, /kube-proxy has no field "masqueradeAll"/],
      [{ mode: 'fast' }, /mode is one of/],
      [{ mode: 5 }, /mode is a text/],
      [{ 'iptables.masqueradeAll': 'yes' }, /true or false/],
      [{ 'iptables.masqueradeBit': 32 }, /from 0 to 31/],
      [{ 'iptables.syncPeriod': '30' }, /is a duration/],
      [{ 'iptables.minSyncPeriod': '1m' }, /minSyncPeriod is longer than iptables\.syncPeriod/],
      [{ clusterCIDR: '10.1.0.0/16,10.2.0.0/16' }, /one of IPv4 and one of IPv6/],
      [{ clusterCIDR: '10.1.0.0/40' }, /prefix/],
      [{ hostnameOverride: 'a\nmode: ipvs' }, /one line/],
      [{ healthzBindAddress: '10256' }, /ADDRESS:PORT/],
      [{ detectLocalMode: 'BridgeInterface' }, /needs detectLocal\.bridgeInterface/],
      [{ kind: null }, /kind is missing/],
      [{ mode: '' }, /these values already/],
    ] as const)
      assert.match(refused(outputs, { kind: 'kube-proxy', in: place, set }), why);
    assert.match(
      refused({ [fileOutput(CONFIG)]: 'mode: [' }, { kind: 'kube-proxy', in: place, set: { mode: 'ipvs' } }),
      /cannot be read/,
    );
  });

  test('of flags beside --config is refused: kube-proxy passes over them', () => {
    const unit = '/etc/systemd/system/kube-proxy.service';
    const outputs = {
      [fileOutput(unit)]: `ExecStart=/bin/kube-proxy --config ${CONFIG} $KUBE_PROXY_ARGS\n`,
      [fileOutput('/etc/kubernetes/proxy')]: 'KUBE_PROXY_ARGS="--v=2"\n',
    };
    for (const flags of [unit, '/etc/kubernetes/proxy'])
      assert.match(
        refused(outputs, { kind: 'kube-proxy', in: { flags }, set: { 'iptables.masqueradeAll': true } }),
        /--config=\/var\/lib\/kube-proxy\/config\.conf.*--masquerade-all/,
      );
    assert.match(
      refused(outputs, { kind: 'kube-proxy', in: { flags: unit }, set: { hostnameOverride: 'w1' } }),
      /^made: /,
    );
    const running = {
      [fileOutput('/etc/kubernetes/proxy')]: 'KUBE_PROXY_ARGS=""\n',
      agents: `process 7 -\n /bin/kube-proxy\n --config=${CONFIG}\nfile /etc/kubernetes/proxy\n`,
    };
    assert.match(
      refused(running, { kind: 'kube-proxy', in: { flags: '/etc/kubernetes/proxy' }, set: { mode: 'ipvs' } }),
      /--config/,
    );
  });
});

suite("a change of flannel's backend", () => {
  const change = (set: Readonly<Record<string, string | number>>) =>
    ({ kind: 'flannel', in: { etcd: ETCD }, set }) as const;

  test('is the value in etcd, of whichever node it was read', () => {
    assert.deepEqual(operateOn(TWO_NODES, change({ 'Backend.Type': 'vxlan', 'Backend.VNI': 1 })).operations, [
      {
        kind: 'etcd',
        ...ETCD,
        before: '{"Network":"10.1.0.0/16","Backend":{"Type":"udp"}}',
        after: '{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan","VNI":1}}',
      },
    ]);
  });

  test('has flanneld restarted on every node of which it is known how', () => {
    const unit = (name: string): Outputs => ({
      [`file:/etc/systemd/system/${name}.service`]: '[Service]\nExecStart=/opt/bin/flanneld\n',
    });
    const at = cluster(
      node('worker', unit('flanneld')),
      node('master', {
        ...unit('flannel'),
        'etcd-flannel': { stdout: LEASES, command: 'curl http://127.0.0.1:2379/v2/keys/coreos.com/network' },
      }),
      node('gate', {}),
    );
    const found = foundConfigurations(at, 'master').find(({ change: { in: place } }) => 'etcd' in place);
    assert.deepEqual(proposedChanges(at, 'master', found ?? assert.fail(), { 'Backend.Type': 'vxlan' }), [
      {
        ...{ node: 'master', insist: false, kind: 'flannel', in: { etcd: ETCD }, set: { 'Backend.Type': 'vxlan' } },
        restart: ['systemctl', 'restart', 'flannel'],
      },
      {
        ...{ node: 'worker', insist: false, kind: 'agent', agent: 'flanneld' },
        restart: ['systemctl', 'restart', 'flanneld'],
      },
    ]);
  });

  test('tells what becomes of leases, devices, ports and MTUs', () => {
    const warned = told(operateOn(TWO_NODES, change({ 'Backend.Type': 'vxlan' })), 'warning');
    assert.match(
      warned,
      /flanneld with vxlan passes over leases of backend udp, those of worker and master: until the last/,
    );
    assert.match(warned, /UDP 8472 has to be open between all nodes; until now it was UDP 8285/);
    assert.match(warned, /MTU of the tunnel on worker becomes 1450 \(subnet\.env says 1472, docker0 has 1472\)/);
    assert.match(warned, /MTU of the tunnel on master becomes 1450 \(docker0 has 1472\)/);
    assert.doesNotMatch(warned, /flanneld leaves/);
    assert.match(warned, /taken back, flannel\.1 and its routes, until "ip link del flannel\.1", stay/);
    assert.match(
      told(operateOn(TWO_NODES, change({ 'Backend.Type': 'vxlan' })), 'info'),
      /since 0\.9.*one of 02:00 and the PublicIP of its node stands for it here/,
    );
    const vxlan = cluster(
      node('master', { 'etcd-flannel': { stdout: LEASES.replace('udp', 'vxlan'), command: 'curl http://x/' } }),
      node('worker', {}),
    );
    assert.match(
      told(operateOn(vxlan, change({ 'Backend.Type': 'host-gw' })), 'warning'),
      /flanneld leaves flannel\.1 and its routes, until "ip link del flannel\.1", where it does not replace them\.$/m,
    );
  });

  test('to host-gw is a conflict for nodes that share no subnet, and for no others', () => {
    assert.equal(told(operateOn(TWO_NODES, change({ 'Backend.Type': 'host-gw' })), 'conflict'), '');
    const apart = cluster(
      TWO_NODES.snapshot.nodes[1] ?? assert.fail(),
      node('worker', { 'ip-addr': address('192.168.2.12/24') }),
    );
    assert.match(
      told(operateOn(apart, change({ 'Backend.Type': 'host-gw' })), 'conflict'),
      /master and worker share no subnet/,
    );
  });

  test('of a network that is routed already is a conflict', () => {
    const at = cluster(
      TWO_NODES.snapshot.nodes[1] ?? assert.fail(),
      node('worker', {
        'ip-addr': address('192.168.1.12/24'),
        'ip-route': '192.168.0.0/16 via 192.168.1.1 dev eth0\n10.1.0.0/16 dev flannel0\n',
      }),
    );
    assert.match(
      told(operateOn(at, change({ Network: '192.168.128.0/17' })), 'conflict'),
      /overlaps a route of worker: 192\.168\.0\.0\/16 via/,
    );
    assert.equal(told(operateOn(at, change({ Network: '10.0.0.0/8' })), 'conflict'), '');
    assert.match(
      told(operateOn(at, change({ Network: '10.9.0.0/16' })), 'warning'),
      /10\.1\.9\.0\/24, 10\.1\.63\.0\/24 are leases outside of 10\.9\.0\.0\/16/,
    );
  });

  test('that flanneld would end with is refused', () => {
    const outputs = { 'etcd-flannel': { stdout: LEASES, command: '' } };
    for (const [set, why] of [
      [{ 'Backend.Type': 'vlan' }, /Backend\.Type is one of/],
      [{ SubnetLen: 17 }, /not four subnets/],
      [{ SubnetMin: '10.2.1.0' }, /not in Network/],
      [{ SubnetMax: '10.1.9.7' }, /not where a subnet/],
      [{ Network: null }, /Network is missing/],
      [{ EnableIPv6: true }, /needs IPv6Network/],
      [{ 'Backend.PSK': 'x' }, /a secret/],
    ] as const)
      assert.match(refused(outputs, { kind: 'flannel', in: { etcd: ETCD }, set }), why);
  });

  test('of k3s is made in its own file, and with its own restart', () => {
    const path = '/etc/rancher/k3s/config.yaml';
    const text = 'tls-san: [a]\nkube-proxy-arg:\n  - v=2\n';
    const outputs = { agents: `process 7 k3s-agent.service\n k3s\n agent\nfile ${path}\n`, [fileOutput(path)]: text };
    const at = cluster(node('worker', outputs));
    const [proxy = assert.fail(), flannel = assert.fail(), ...others] = foundConfigurations(at, 'worker');
    assert.deepEqual(others, []);
    const restart = ['systemctl', 'restart', 'k3s-agent'];
    const operations = (found: typeof proxy, set: AgentPlanned['set'], agent: string, after: string): void => {
      const [change, ...more] = proposedChanges(at, 'worker', found, set);
      assert.deepEqual(more, []);
      assert.deepEqual(operateOn(at, change as AgentPlanned & { restart: readonly string[] }).operations, [
        { kind: 'file', path, before: text, after },
        { kind: 'restart', agent, argv: restart },
      ]);
    };
    const marked = `${text}  - "masquerade-all=true"\n`;
    operations(proxy, { 'iptables.masqueradeAll': true }, 'kube-proxy', marked);
    operations(flannel, { 'flannel-backend': 'host-gw' }, 'flanneld', `${text}flannel-backend: host-gw\n`);
    assert.match(
      refused(outputs, { kind: 'flannel', in: { flags: path }, set: { 'flannel-backend': 'udp' } }),
      /flannel-backend .*"udp" is not/,
    );
  });
});
