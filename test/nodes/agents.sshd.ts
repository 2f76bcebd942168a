import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { suite, test } from 'node:test';
import { foundConfigurations } from '../../src/core/agents/found';
import { readAgents } from '../../src/core/agents/running';
import { fileOutput } from '../../src/core/snapshot/file-output';
import { Cluster } from '../../src/core/snapshot/cluster';
import { collectNode } from '../../src/nodes/collect';
import { snapshotOf } from '../../src/nodes/snapshot-of';
import { connect } from '../../src/nodes/ssh/connect';
import { LiveNode } from './support/live-node';
import { eventually } from './support/wait';

const CONFIG = '/var/lib/kube-proxy/own.conf';
const KUBE_PROXY = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\r\n# ü';
const FILES: Readonly<Record<string, string>> = {
  [CONFIG]: KUBE_PROXY,
  '/etc/systemd/system/flanneld.service':
    '[Service]\nEnvironmentFile=-/etc/flannel.env\nExecStart=/opt/bin/flanneld $FLANNEL_OPTIONS\n',
  '/etc/flannel.env': 'FLANNEL_OPTIONS="-iface=eth0"\n',
  '/etc/default/flanneld': 'FLANNELD_ETCD_PASSWORD=hunter2\n',
  '/etc/docker/daemon.json': '{"bip": "10.1.9.1/24"}',
  '/etc/kubernetes/manifests/kube-proxy.yaml': 'spec:\n  containers:\n  - command: [kube-proxy, --v=2]\n',
  '/etc/rancher/k3s/config.yaml': 'kube-proxy-arg:\n- masquerade-all=true\nflannel-backend: host-gw\n',
  '/etc/rancher/k3s/config.yaml.d/10-token.yaml': 'token: hunter2\n',
  '/run/flannel/subnet.env': 'FLANNEL_SUBNET=10.1.9.1/24\n',
  '/var/tmp/not-yours': 'kind: KubeProxyConfiguration\n',
};

/** A program by the name of an agent that does nothing; its command is what counts. */
const IDLE = '#!/bin/sh\nwhile sleep 1000; do :; done\n';

suite('agents and their configuration on a node', { timeout: 120_000 }, () => {
  test('are found by their commands and where they are kept; what holds a secret is not read', async (context) => {
    const node = await LiveNode.start(context, { users: [{ name: 'root' }, { name: 'guest' }] });
    for (const [path, text] of Object.entries(FILES))
      await node.run(`mkdir -p "$(dirname '${path}')" && printf %s '${text}' >'${path}'`);
    await node.run(
      `mkdir /etc/agents && printf %s '${IDLE}' >/etc/agents/kube-proxy && chmod +x /etc/agents/kube-proxy`,
    );
    const start = (prefix: readonly string[], ...args: string[]): void =>
      void spawn('env', [...node.machine.enter, ...prefix, '/etc/agents/kube-proxy', ...args], { stdio: 'ignore' });
    start([], `--config=${CONFIG}`, '--token=hunter2', '--etcd-password', 'hunter2', '--proxy-mode', 'iptables');
    // Whoever may start a program may not have the collector read what only root may.
    start(['setpriv', '--reuid=2000', '--clear-groups'], '--config=/var/tmp/not-yours');
    await eventually(() => {
      assert.equal(node.machine.processes().filter((command) => command.includes('/etc/agents/kube-proxy')).length, 2);
    });
    const connection = await connect(node.settings, { questions: {} });
    const reading = await collectNode(connection, 'worker').finally(() => connection.close());
    assert.deepEqual(reading.gaps, []);
    const outputs = reading.record.namespaces[0]?.outputs ?? {};
    const agents = readAgents(outputs['agents']?.stdout ?? '');
    assert.deepEqual(
      agents.processes.map(({ argv }) => argv),
      [
        [
          '/etc/agents/kube-proxy',
          '--config=/var/lib/kube-proxy/own.conf',
          '--token=***',
          '--etcd-password',
          '***',
          '--proxy-mode',
          'iptables',
        ],
      ],
    );
    for (const [path, text] of Object.entries(FILES)) {
      const read = path !== '/var/tmp/not-yours' && !text.includes('hunter2');
      assert.equal(outputs[fileOutput(path)]?.stdout, read ? text : undefined, path);
    }
    assert.deepEqual(agents.secrets, ['/etc/default/flanneld', '/etc/rancher/k3s/config.yaml.d/10-token.yaml']);
    assert.doesNotMatch(JSON.stringify(reading.record), /hunter2/);
    const found = foundConfigurations(new Cluster(snapshotOf('test', [reading], new Date())), 'worker');
    assert.deepEqual(
      new Set(found.map(({ change, restart }) => [JSON.stringify(change.in), restart?.join(' ') ?? ''].join(' · '))),
      new Set([
        '{"config":"/var/lib/kube-proxy/own.conf"} · ',
        '{"flags":"/etc/kubernetes/manifests/kube-proxy.yaml"} · ',
        '{"flags":"/etc/systemd/system/flanneld.service"} · systemctl restart flanneld',
        '{"flags":"/etc/flannel.env"} · systemctl restart flanneld',
        '{"flags":"/etc/rancher/k3s/config.yaml"} · systemctl restart k3s',
        '{"subnetEnv":"/run/flannel/subnet.env"} · ',
        '{"docker":"/etc/docker/daemon.json"} · ',
      ]),
    );
  });
});
