import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { NodeOperations, Operation } from '../../src/core/plan/operation';
import { Application } from '../../src/nodes/apply/application';
import type { Settling } from '../../src/nodes/apply/options';
import { KUBE_PROXY_CONFIG, KUBE_PROXY_FLAGS, RESTART } from '../lab/agents';
import { mustRun } from '../kernel/lab/command';
import { LiveCluster } from './live-cluster';

const never = new AbortController().signal;

async function start(context: TestContext, etcd: 'v2' | 'v3' = 'v2'): Promise<LiveCluster> {
  const cluster = await LiveCluster.start({ tunnel: 'udp', etcd });
  context.after(() => cluster.close());
  await cluster.real.startAgents();
  return cluster;
}

function on(cluster: LiveCluster, node: string, script: string): Promise<string> {
  return mustRun([...cluster.real.node(node).machine.enter, 'sh', '-euc', script]);
}

/** All that agents have to do with, of both nodes. */
async function state(cluster: LiveCluster): Promise<string> {
  const look = `iptables-save | sed -e '/^#/d' -e 's/\\[[0-9]*:[0-9]*\\]//'; nft list tables; ip route; ip -br link | grep -o '^[^ @]*'
cat /run/flannel/subnet.env; for file in ${KUBE_PROXY_CONFIG} ${KUBE_PROXY_FLAGS}; do stat -c '%n %a %U' $file; cat $file; done
ls -A /var/lib/hoplens 2>/dev/null | grep -vx journal || :
ls /run/hoplens 2>/dev/null || :`;
  const etcd = `ETCDCTL_API=3 etcdctl get --prefix /coreos.com
for key in $(ETCDCTL_API=2 etcdctl ls --recursive -p /coreos.com/network 2>/dev/null | grep -v '/$' | sort); do ETCDCTL_API=2 etcdctl get $key; done`;
  return [await on(cluster, 'worker', look), await on(cluster, 'master', look), await on(cluster, 'master', etcd)].join(
    '',
  );
}

function applicationOf(
  cluster: LiveCluster,
  change: readonly NodeOperations[],
  settling: readonly Settling[] = [],
): Application {
  return new Application(change, cluster.connectTo, {
    ...{ name: 'agents', who: 'somebody@here', confirmWithin: 60, onFailure: 'revert-all', batch: 1, settling },
  });
}

/** Applies and reverts; applies and confirms; and takes it back later. Each time all is as it was. */
async function thereAndBack(
  cluster: LiveCluster,
  change: readonly NodeOperations[],
  changed: () => Promise<void>,
  settling: readonly Settling[] = [],
): Promise<void> {
  const before = await state(cluster);
  const reverted = applicationOf(cluster, change, settling);
  assert.deepEqual(await reverted.prepare(never), []);
  assert.equal(await reverted.apply(never), true, words(reverted));
  await changed();
  assert.equal(await reverted.revert(), true, words(reverted));
  assert.equal(await state(cluster), before);
  await reverted.close();
  const confirmed = applicationOf(cluster, change, settling);
  assert.equal(await confirmed.apply(never), true, words(confirmed));
  assert.equal(await confirmed.confirm(), true, words(confirmed));
  await changed();
  const back = applicationOf(
    cluster,
    change.map(({ node }) => confirmed.inverse(node)),
  );
  assert.deepEqual(await back.prepare(never), []);
  assert.equal(await back.apply(never), true, words(back));
  assert.equal(await back.confirm(), true, words(back));
  assert.equal(await state(cluster), before);
  await Promise.all([confirmed.close(), back.close()]);
}

function words({ nodes, log }: Application): string {
  return [...nodes.map(({ stage, problem }) => `${stage}: ${problem ?? ''}`), ...log.map(({ text }) => text)].join(
    '\n',
  );
}

const restart = (agent: string): Operation => ({ kind: 'restart', agent, argv: [RESTART, agent] });

/** Changes a file of the worker, and restarts kube-proxy. */
async function kubeProxy(
  cluster: LiveCluster,
  path: string,
  edit: (text: string) => string,
): Promise<NodeOperations[]> {
  const before = await on(cluster, 'worker', `cat ${path}`);
  const after = edit(before);
  return [{ node: 'worker', operations: [{ kind: 'file', path, before, after }, restart('kube-proxy')] }];
}

const written = (pattern: RegExp): Settling => ({
  ...{ node: 'worker', what: 'kube-proxy has written its rules', argv: ['iptables-save', '-t', 'nat'], seconds: 1 },
  textOf: (text) => text.replace(/^#.*$|\[\d+:\d+\]/gm, ''),
  accept: (text) => pattern.test(text),
});

async function answers(cluster: LiveCluster, address: string): Promise<string> {
  return on(cluster, 'worker', `curl --silent --max-time 3 http://${address}/ || echo "code $?"`);
}

suite("an agent's configuration is changed", { concurrency: 3, timeout: 180_000 }, () => {
  for (const etcd of ['v2', 'v3'] as const)
    test(`flannel's backend from udp to vxlan in etcd, by its API ${etcd}`, async (context) => {
      const cluster = await start(context, etcd);
      const api = etcd === 'v2' ? 2 : 3;
      const before = '{"Network":"10.1.0.0/16","Backend":{"Type":"udp"}}';
      const change: NodeOperations[] = [
        {
          node: 'master',
          operations: [
            {
              ...{ kind: 'etcd', api, endpoints: ['http://127.0.0.1:2379'], key: '/coreos.com/network/config' },
              ...{ before, after: before.replace('udp', 'vxlan') },
            },
            restart('flanneld'),
          ],
        },
        { node: 'worker', operations: [restart('flanneld')] },
      ];
      const lease: Settling = {
        ...{ node: 'worker', what: 'flannel has its lease', argv: ['cat', '/run/flannel/subnet.env'], seconds: 1 },
        accept: (text) => text.includes('FLANNEL_MTU=1450'),
      };
      await thereAndBack(
        cluster,
        change,
        async () => {
          assert.match(await on(cluster, 'worker', 'ip route get 10.1.63.3'), /dev flannel\.1/);
          assert.match(await answers(cluster, '10.1.63.3'), /^hello/);
        },
        [lease],
      );
      assert.match(await on(cluster, 'worker', 'ip route get 10.1.63.3'), /dev flannel0/);
    });

  test("kube-proxy's masqueradeAll, clusterCIDR and mode in its file", async (context) => {
    const cluster = await start(context);
    await on(cluster, 'worker', `echo 'KUBE_PROXY_ARGS="--config=${KUBE_PROXY_CONFIG}"' >${KUBE_PROXY_FLAGS}`);
    assert.match(await answers(cluster, '10.0.0.103'), /^code 28/);
    const all = await kubeProxy(cluster, KUBE_PROXY_CONFIG, (text) =>
      text.replace('masqueradeAll: false', 'masqueradeAll: true'),
    );
    const works = async (): Promise<void> => {
      assert.match(await answers(cluster, '10.0.0.103'), /^hello, you are 10\.1\.9\.0/);
    };
    await thereAndBack(cluster, all, works, [written(/-d 10\.0\.0\.103\/32 .*-j KUBE-MARK-MASQ/)]);
    const mode = await kubeProxy(cluster, KUBE_PROXY_CONFIG, (text) =>
      text.replace('mode: iptables', 'mode: nftables'),
    );
    await thereAndBack(cluster, mode, async () => {
      assert.match(await on(cluster, 'worker', 'nft list tables'), /table ip kube-proxy/);
      assert.doesNotMatch(await on(cluster, 'worker', 'iptables-save -t nat'), /KUBE-/);
    });
  });

  test("kube-proxy's clusterCIDR and masquerade-all in its flags", async (context) => {
    const cluster = await start(context);
    for (const [from, to, rule] of [
      [
        '--cluster-cidr=',
        '--cluster-cidr=10.1.0.0/16',
        /! -s 10\.1\.0\.0\/16 -d 10\.0\.0\.103\/32 .*-j KUBE-MARK-MASQ/,
      ],
      ['--masquerade-all=false', '--masquerade-all=true', /-A KUBE-SERVICES -d 10\.0\.0\.103\/32 .*-j KUBE-MARK-MASQ/],
    ] as const) {
      const change = await kubeProxy(cluster, KUBE_PROXY_FLAGS, (text) => text.replace(from, to));
      await thereAndBack(
        cluster,
        change,
        async () => {
          assert.match(await answers(cluster, '10.0.0.103'), /^hello, you are 10\.1\.9\.0/);
        },
        [written(rule)],
      );
    }
  });
});
