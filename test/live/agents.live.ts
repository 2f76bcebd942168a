import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { KUBE_PROXY_CONFIG, KUBE_PROXY_FLAGS, KUBE_PROXY_UNIT, type AgentPlaces } from '../lab/agents';
import { AgentCluster } from './agent-cluster';

async function start(context: TestContext, places: AgentPlaces): Promise<AgentCluster> {
  const cluster = await AgentCluster.start(places);
  context.after(() => cluster.close());
  return cluster;
}

const MASQUERADED = /^hello, you are 10\.1\.9\.0/;
const LOST = /^code 28/;

/** What strict rp_filter drops the replies of: services whose pods are on the master. */
const MENDED = ['worker → 10.0.0.103:80', 'worker → 10.0.0.2:80', 'worker → 10.0.0.10:53'];

/** Through the tunnel, whatever comes of services. */
const VXLAN = { ip: 'ip route get 10.1.63.3', says: /dev flannel\.1/ };

suite(
  "an agent's configuration is saved with another value, and becomes a plan",
  { concurrency: 4, timeout: 300_000 },
  () => {
    for (const etcd of ['etcd v2', 'etcd v3'] as const)
      test(`flannel's backend, by the API of ${etcd}; kube-proxy's flags in ${etcd === 'etcd v2' ? 'its unit' : 'a file of variables'}`, async (context) => {
        const cluster = await start(context, { proxy: etcd === 'etcd v2' ? 'unit' : 'environment', flannel: etcd });
        const place = { flags: etcd === 'etcd v2' ? KUBE_PROXY_UNIT : KUBE_PROXY_FLAGS };
        assert.match(await cluster.curl('worker', '10.0.0.103'), LOST);
        const backend = await cluster.edit('master', { etcd: { key: '/coreos.com/network/config' } }, [
          ['"udp"', '"vxlan"'],
        ]);
        assert.deepEqual(backend.commands, [
          `master: etcdctl --endpoints=http://127.0.0.1:2379 ${etcd === 'etcd v2' ? 'set' : 'put'} /coreos.com/network/config '{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan"}}'`,
          'master: systemctl restart flanneld',
          'worker: systemctl restart flanneld',
        ]);
        assert.match(backend.diff, /^- {4}"Type": "udp"\n\+ {4}"Type": "vxlan"$/m);
        assert.match(
          backend.concerns,
          /vxlan passes over leases of backend udp, those of (worker and master|master and worker): until the last/,
        );
        assert.doesNotMatch(backend.concerns, /not predicted|Not every flanneld/);
        assert.match(backend.concerns, /MTU of the tunnel on worker becomes 1450/);
        const overVxlan = async (): Promise<void> => {
          assert.match(await cluster.on('worker', VXLAN.ip), VXLAN.says);
          assert.match(await cluster.curl('worker', '10.1.63.3'), /^hello/);
        };
        await cluster.bothWays(backend, overVxlan);
        for (const [from, to, seen] of [
          ['--masquerade-all=false', '--masquerade-all=true', 'bothWays'],
          ['--cluster-cidr=', '--cluster-cidr=10.1.0.0/16', 'kept'],
        ] as const) {
          const masquerade = await cluster.edit('worker', place, [[from, to]]);
          assert.match(masquerade.diff, new RegExp(`^\\+.*${to}`, 'm'));
          assert.deepEqual(masquerade.mended, MENDED);
          await cluster[seen](masquerade, async () => {
            assert.match(await cluster.curl('worker', '10.0.0.103'), MASQUERADED);
          });
        }
        const mode = await cluster.edit('worker', place, [['--proxy-mode=iptables', '--proxy-mode=nftables']]);
        assert.match(mode.concerns, /The effect is not predicted: what kube-proxy writes in mode nftables/);
        await cluster.kept(mode, () => cluster.isNftables('worker'));
      });

    test("kube-proxy's file", async (context) => {
      const cluster = await start(context, { proxy: 'file', flannel: 'etcd v2' });
      const place = { config: KUBE_PROXY_CONFIG };
      for (const [from, to, seen] of [
        ['masqueradeAll: false', 'masqueradeAll: true', 'bothWays'],
        ['clusterCIDR: ""', 'clusterCIDR: 10.1.0.0/16', 'kept'],
      ] as const) {
        const masquerade = await cluster.edit('worker', place, [[from, to]]);
        assert.deepEqual(masquerade.commands, [
          `worker: tee ${KUBE_PROXY_CONFIG}`,
          'worker: systemctl restart kube-proxy',
        ]);
        assert.deepEqual(masquerade.mended, MENDED);
        await cluster[seen](masquerade, async () => {
          assert.match(await cluster.curl('worker', '10.0.0.103'), MASQUERADED);
        });
      }
      const mode = await cluster.edit('worker', place, [['mode: iptables', 'mode: nftables']]);
      await cluster.kept(mode, () => cluster.isNftables('worker'));
    });

    test('ConfigMaps of DaemonSets', async (context) => {
      const cluster = await start(context, { proxy: 'config-map', flannel: 'config-map' });
      const proxy = { configMap: { namespace: 'kube-system', name: 'kube-proxy', entry: 'config.conf' } };
      const masquerade = await cluster.edit('worker', proxy, [['masqueradeAll: false', 'masqueradeAll: true']]);
      assert.equal(masquerade.commands.at(-1), 'worker: kubectl -n kube-system rollout restart daemonset/kube-proxy');
      // It is one for all nodes: what the master itself sends to the worker's pod is masqueraded, too.
      assert.deepEqual(masquerade.mended, [...MENDED, 'master → 10.0.0.106:80']);
      await cluster.bothWays(masquerade, async () => {
        assert.match(await cluster.curl('worker', '10.0.0.103'), MASQUERADED);
      });
      const flannel = { configMap: { namespace: 'kube-flannel', name: 'kube-flannel-cfg', entry: 'net-conf.json' } };
      const backend = await cluster.edit('worker', flannel, [['"udp"', '"vxlan"']]);
      assert.equal(
        backend.commands.at(-1),
        'worker: kubectl -n kube-flannel rollout restart daemonset/kube-flannel-ds',
      );
      await cluster.bothWays(backend, async () => {
        assert.match(await cluster.on('worker', VXLAN.ip), VXLAN.says);
      });
    });
  },
);
