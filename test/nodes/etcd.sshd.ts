import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { suite, test, type TestContext } from 'node:test';
import { foundConfigurations } from '../../src/core/agents/found';
import { proposedChanges } from '../../src/core/agents/proposed';
import { makeChange } from '../../src/core/plan/changes/change';
import { Cluster } from '../../src/core/snapshot/cluster';
import { Application } from '../../src/nodes/apply/application';
import { collectNode } from '../../src/nodes/collect';
import { snapshotOf } from '../../src/nodes/snapshot-of';
import { connect } from '../../src/nodes/ssh/connect';
import { LiveNode } from './support/live-node';

const never = new AbortController().signal;
const CONFIG = '{"Network":"10.1.0.0/16","Backend":{"Type":"udp"}}';
const LEASE = '{"PublicIP":"192.168.199.238"}';
const SERVICE = JSON.stringify({
  kind: 'Service',
  metadata: { namespace: 'default', name: 'g4' },
  spec: { clusterIP: '10.0.0.103', ports: [{ protocol: 'TCP', port: 80 }] },
});

const VALUES = {
  '/coreos.com/network/config': CONFIG,
  '/coreos.com/network/subnets/10.1.63.0-24': LEASE,
  '/registry/services/specs/default/g4': SERVICE,
  '/registry/secrets/default/token': '{"kind":"Secret"}',
};

/** Where kubeadm and k3s keep the certificates that clients show to their etcd. */
const KEPT = {
  kubeadm: { folder: '/etc/kubernetes/pki/etcd', ca: 'ca.crt', name: 'server' },
  k3s: { folder: '/var/lib/rancher/k3s/server/tls/etcd', ca: 'server-ca.crt', name: 'client' },
} as const;
type Keeper = keyof typeof KEPT;

/** One for the server, which clients show too. */
const CERTIFICATES = `
mkdir -p "$1"
cd "$1"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=etcd \
  -addext subjectAltName=IP:127.0.0.1 -keyout "$3.key" -out "$3.crt" 2>/dev/null
cp "$3.crt" "$2"`;

/** Starts an etcd on the node, with those values in it. It ends with the node. `keeper`: it speaks TLS. */
async function startEtcd(node: LiveNode, version: 2 | 3, keeper?: Keeper): Promise<void> {
  const url = `${keeper ? 'https' : 'http'}://127.0.0.1:2379`;
  const server = ['etcd', '--data-dir', '/var/tmp/etcd', `--enable-v2=${version === 2}`, '--log-level', 'error'];
  server.push('--listen-client-urls', url, '--advertise-client-urls', url);
  let [etcdctl, curl] = ['ETCDCTL_API=3 etcdctl', 'curl -fsS'];
  if (keeper) {
    const { folder, ca, name } = KEPT[keeper];
    await node.run(`set -- ${folder} ${ca} ${name}${CERTIFICATES}`);
    const [authority, cert, key] = [ca, `${name}.crt`, `${name}.key`].map((file) => `${folder}/${file}`);
    server.push(`--cert-file=${cert}`, `--key-file=${key}`, `--trusted-ca-file=${authority}`, '--client-cert-auth');
    etcdctl += ` --endpoints=${url} --cacert=${authority} --cert=${cert} --key=${key}`;
    curl += ` --cacert ${authority} --cert ${cert} --key ${key}`;
  }
  spawn('env', [...node.machine.enter, ...server], { stdio: 'ignore' });
  await node.run(`until ${etcdctl} --command-timeout=1s endpoint health >/dev/null 2>&1; do :; done`);
  for (const [key, value] of Object.entries(VALUES))
    await node.run(
      version === 2
        ? `${curl} -X PUT ${url}/v2/keys${key} --data-urlencode value='${value}'`
        : `${etcdctl} put ${key} '${value}'`,
    );
}

async function read(context: TestContext, node: LiveNode): Promise<Cluster> {
  const connection = await connect(node.settings, { questions: {} });
  context.after(() => connection.close());
  const reading = await collectNode(connection, 'master');
  assert.deepEqual(reading.gaps, []);
  return new Cluster(snapshotOf('test', [reading], new Date()));
}

suite('etcd on a node', { timeout: 120_000 }, () => {
  for (const version of [2, 3] as const)
    for (const keeper of [undefined, 'kubeadm', ...(version === 3 ? ['k3s' as const] : [])] as const)
      test(`is read by the v${version} API${keeper ? `, with the certificates of ${keeper}` : ''}`, async (context) => {
        const node = await LiveNode.start(context, { users: [{ name: 'somebody', sudo: 'without password' }] });
        await startEtcd(node, version, keeper);
        const cluster = await read(context, node);
        assert.equal(cluster.flannel.config?.backend, 'udp');
        assert.equal(cluster.flannel.leases.length, 1);
        assert.deepEqual(
          cluster.services.map((service) => service.name),
          ['g4'],
        );
        // What is no service is nobody's business.
        assert.doesNotMatch(JSON.stringify(cluster.snapshot), /"token"|U2VjcmV0/);
      });

  for (const [version, keeper] of [
    [2, 'kubeadm'],
    [3, 'k3s'],
  ] as const)
    test(`is changed by the v${version} API, with the certificates of ${keeper}, and changed back`, async (context) => {
      const node = await LiveNode.start(context, { users: [{ name: 'somebody', sudo: 'without password' }] });
      await startEtcd(node, version, keeper);
      const cluster = await read(context, node);
      const [found] = foundConfigurations(cluster, 'master');
      const endpoints = ['https://127.0.0.1:2379'];
      assert.deepEqual(found?.change.in, { etcd: { api: version, key: '/coreos.com/network/config', endpoints } });
      const [change] = proposedChanges(cluster, 'master', found, { 'Backend.Type': 'vxlan' });
      assert.ok(change);
      const made = makeChange(cluster, change);
      assert.ok('operations' in made);
      const apply = async (): Promise<Application> => {
        const application = new Application(
          [{ node: 'master', operations: made.operations }],
          (_, signal) => connect(node.settings, { questions: {}, signal }),
          { name: 'test', who: 'somebody@here', confirmWithin: 60, onFailure: 'revert-all', batch: 1 },
        );
        context.after(() => application.close());
        // So it is as it was before.
        assert.deepEqual(await application.prepare(never), []);
        assert.equal(await application.apply(never), true, application.nodes[0]?.problem);
        return application;
      };
      assert.equal(await (await apply()).revert(), true);
      assert.equal(await (await apply()).confirm(), true);
      assert.equal((await read(context, node)).flannel.config?.backend, 'vxlan');
    });
});
