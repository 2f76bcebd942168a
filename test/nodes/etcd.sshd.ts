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

/** As kubeadm has it: a certificate for the server, which clients show too. */
const CERTIFICATES = `
mkdir -p /etc/kubernetes/pki/etcd
cd /etc/kubernetes/pki/etcd
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=etcd \
  -addext subjectAltName=IP:127.0.0.1 -keyout server.key -out server.crt 2>/dev/null
cp server.crt ca.crt`;
const PKI = '/etc/kubernetes/pki/etcd';

/** Starts an etcd on the node, with those values in it. It ends with the node. */
async function startEtcd(node: LiveNode, version: 2 | 3, scheme: 'http' | 'https'): Promise<void> {
  if (scheme === 'https') await node.run(CERTIFICATES);
  const urls = `${scheme}://127.0.0.1:2379`;
  const etcd = [
    ...['etcd', '--data-dir', '/var/tmp/etcd', `--enable-v2=${version === 2}`, '--log-level', 'error'],
    ...['--listen-client-urls', urls, '--advertise-client-urls', urls],
    ...(scheme === 'https'
      ? [`--cert-file=${PKI}/server.crt`, `--key-file=${PKI}/server.key`, `--trusted-ca-file=${PKI}/ca.crt`]
      : []),
    ...(scheme === 'https' ? ['--client-cert-auth'] : []),
  ];
  spawn('env', [...node.machine.enter, ...etcd], { stdio: 'ignore' });
  const access =
    scheme === 'https'
      ? `--endpoints=${urls} --cacert=${PKI}/ca.crt --cert=${PKI}/server.crt --key=${PKI}/server.key`
      : '';
  const pki = scheme === 'https' ? `--cacert ${PKI}/ca.crt --cert ${PKI}/server.crt --key ${PKI}/server.key` : '';
  const etcdctl = `ETCDCTL_API=3 etcdctl ${access}`;
  await node.run(`until ${etcdctl} --command-timeout=1s endpoint health >/dev/null 2>&1; do :; done`);
  for (const [key, value] of Object.entries(VALUES))
    await node.run(
      version === 2
        ? `curl -fsS ${pki} -X PUT ${urls}/v2/keys${key} --data-urlencode value='${value}'`
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
  for (const [title, version, scheme] of [
    ['by the v2 API', 2, 'http'],
    ['by the v3 API', 3, 'http'],
    ["by the v2 API, with kubeadm's certificates", 2, 'https'],
    ["by the v3 API, with kubeadm's certificates", 3, 'https'],
  ] as const)
    test(`is read ${title}`, async (context) => {
      const node = await LiveNode.start(context, { users: [{ name: 'somebody', sudo: 'without password' }] });
      await startEtcd(node, version, scheme);
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

  for (const version of [2, 3] as const)
    test(`is changed by the v${version} API, with kubeadm's certificates, and changed back`, async (context) => {
      const node = await LiveNode.start(context, { users: [{ name: 'somebody', sudo: 'without password' }] });
      await startEtcd(node, version, 'https');
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
