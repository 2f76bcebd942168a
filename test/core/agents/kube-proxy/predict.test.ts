import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { type AgentPrediction, predictAgent } from '../../../../src/core/agents/operations';
import type { AgentValues } from '../../../../src/core/plan/plan';
import { dumpOf } from '../../../../src/core/plan/edit-dump';
import { configMapOutput, fileOutput } from '../../../../src/core/snapshot/file-output';
import { cluster, node } from '../../../support/snapshots';

const CONFIG = '/var/lib/kube-proxy/config.conf';
const KIND = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n';

/** As each version writes it; 1.4 and 1.15 mark in KUBE-SERVICES, 1.30 in the chain of the service. */
function fixture(version: string): string {
  const text = readFileSync(`test/fixtures/kube-proxy/${version}.txt`, 'utf8');
  // Services that are not marked there, though kube-proxy marks all or none.
  const marked = text.replace(/^.*(AAAAAAAAAAAAAAAA|BBBBBBBBBBBBBBBB|-d 10\.0\.0\.[13]0\/32).*\n/gm, '');
  // What is left out of it, and is on INPUT up to 1.20.
  const portals =
    '-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES\n';
  return version === '1.15' ? marked.replace(/^-A INPUT/m, `${portals}-A INPUT`) : marked;
}

/** The rules after the change, or why they are not known. */
function predict(dump: string, config: string, set: AgentValues): string {
  const at = cluster(node('worker', { 'iptables-save': dump, [fileOutput(CONFIG)]: KIND + config }));
  const predicted = predictAgent(at, 'worker', { kind: 'kube-proxy', in: { config: CONFIG }, set, restart: undefined });
  if ('error' in predicted) return `refused: ${predicted.error}`;
  if (predicted.unknown !== undefined) return `unknown: ${predicted.unknown}`;
  return predicted.cluster.node('worker')?.host?.output('iptables-save')?.stdout ?? 'no rules';
}

/** Of a service with externalTrafficPolicy Local. */
const POD_TRAFFIC = /^.*"pod traffic for .*\n/gm;
const MARKS = /^.*cluster IP.*-j KUBE-MARK-MASQ\n/gm;

suite('the rules that kube-proxy writes in iptables mode', () => {
  for (const [version, cidr] of [
    ['1.4', '10.1.0.0/16'],
    ['1.15', '10.244.0.0/16'],
    ['1.30', '10.244.0.0/16'],
  ] as const) {
    const dump = fixture(version);
    const bare = dump.replace(MARKS, '').replace(POD_TRAFFIC, '');

    test(`${version}: clusterCIDR adds and takes away one rule for each service address`, () => {
      assert.notEqual(bare, dump);
      assert.equal(predict(dump, `clusterCIDR: ${cidr}\n`, { clusterCIDR: '' }), bare);
      // What it has to be is what kube-proxy itself has written.
      assert.equal(predict(bare, 'mode: ""\n', { clusterCIDR: cidr }), dump);
    });

    test(`${version}: with masqueradeAll it marks whoever comes`, () => {
      const all = dump.replace(MARKS, (rule) => rule.replace(/! -s \S+ /, ''));
      assert.equal(predict(bare, '', { 'iptables.masqueradeAll': true }), all.replace(POD_TRAFFIC, ''));
      assert.equal(predict(dump, `clusterCIDR: ${cidr}\n`, { 'iptables.masqueradeAll': true }), all);
      assert.equal(
        predict(all, `clusterCIDR: ${cidr}\niptables: {masqueradeAll: true}\n`, { 'iptables.masqueradeAll': false }),
        dump,
      );
    });

    test(`${version}: with an interface it marks what does not come in there`, () => {
      const bridge = dump
        .replace(MARKS, (rule) => rule.replace(/! -s \S+ (-d \S+) /, '$1 ! -i cni0 '))
        .replace(POD_TRAFFIC, (rule) => rule.replace(/-s \S+ /, '-i cni0 '));
      assert.equal(
        predict(bare, '', { detectLocalMode: 'BridgeInterface', 'detectLocal.bridgeInterface': 'cni0' }),
        bridge,
      );
      const prefix = bridge.replaceAll('-i cni0 ', '-i veth+ ');
      assert.equal(
        predict(bridge, 'detectLocalMode: BridgeInterface\ndetectLocal: {bridgeInterface: cni0}\n', {
          detectLocalMode: 'InterfaceNamePrefix',
          'detectLocal.interfaceNamePrefix': 'veth',
        }),
        prefix,
      );
    });
  }

  test('another bit is another mark wherever it is set, asked and cleared', () => {
    const dump = fixture('1.4');
    const expected = dump.replaceAll('0x4000/0x4000', '0x8000000/0x8000000');
    assert.equal(predict(dump, 'clusterCIDR: 10.1.0.0/16\n', { 'iptables.masqueradeBit': 27 }), expected);
  });

  test('rules that mark are known without their comments too', () => {
    const dump = fixture('1.15');
    const silent = dump.replace(MARKS, (rule) => rule.replace(/-m comment --comment "[^"]*" /, ''));
    assert.notEqual(silent, dump);
    assert.equal(predict(silent, 'clusterCIDR: 10.244.0.0/16\n', { clusterCIDR: '' }), dump.replace(MARKS, ''));
  });

  test('counters of other rules stay', () => {
    const counted = fixture('1.4').replace(/^-A/gm, '[7:420] -A');
    const bare = counted.replace(MARKS, '');
    assert.equal(predict(counted, 'clusterCIDR: 10.1.0.0/16\n', { clusterCIDR: '' }), bare);
    assert.equal(
      predict(bare, '', { clusterCIDR: '10.1.0.0/16' }),
      counted.replace(MARKS, (rule) => rule.replace('[7:420]', '[0:0]')),
    );
  });

  test('what changes no rule leaves all as it is', () => {
    const dump = fixture('1.30');
    assert.equal(
      predict(dump, 'clusterCIDR: 10.244.0.0/16\n', {
        'iptables.syncPeriod': '10s',
        'ipvs.scheduler': 'wrr',
        'conntrack.min': 0,
      }),
      dump,
    );
  });

  test('of two families each has its own', () => {
    const dump = fixture('1.30');
    assert.equal(predict(dump, 'clusterCIDR: 10.244.0.0/16\n', { clusterCIDR: '10.244.0.0/16,fd00::/48' }), dump);
    assert.equal(
      predict(dump, 'clusterCIDR: 10.244.0.0/16\n', { clusterCIDR: 'fd00::/48' }),
      dump.replace(MARKS, '').replace(POD_TRAFFIC, ''),
    );
  });

  test('a ConfigMap is read on all nodes, whose pods are restarted together', () => {
    const map = { namespace: 'kube-system', name: 'kube-proxy', entry: 'config.conf' };
    const dump = fixture('1.4');
    const at = cluster(
      node('worker', { 'iptables-save': dump }),
      node('master', { 'iptables-save': dump, [configMapOutput(map)]: `${KIND}clusterCIDR: 10.1.0.0/16\n` }),
      node('gate', { 'iptables-save': '' }),
    );
    const change = (set: AgentValues): AgentPrediction => {
      const restart = ['kubectl', '-n', 'kube-system', 'rollout', 'restart', 'daemonset/kube-proxy'];
      const made = predictAgent(at, 'master', { kind: 'kube-proxy', in: { configMap: map }, set, restart });
      return 'error' in made ? assert.fail(made.error) : made;
    };
    const after = change({ clusterCIDR: '' }).cluster.nodes.map(({ host }) => host?.output('iptables-save')?.stdout);
    assert.deepEqual(after, [dump.replace(MARKS, ''), dump.replace(MARKS, ''), '']);
    const { unknown, nodes } = change({ mode: 'nftables' });
    assert.match(unknown ?? '', /mode nftables/);
    assert.deepEqual(nodes, ['master', 'worker', 'gate']);
  });

  test('what cannot be told is not told', () => {
    const dump = fixture('1.30');
    const cidr = 'clusterCIDR: 10.244.0.0/16\n';
    assert.match(predict(dump, cidr, { mode: 'ipvs' }), /^unknown: .*mode ipvs/);
    assert.match(predict(dump, cidr, { nodePortAddresses: '10.0.0.0/8' }), /^unknown: .*nodePortAddresses/);
    assert.match(predict(dump, `${cidr}mode: nftables\n`, { 'nftables.masqueradeAll': true }), /^unknown: .*nftables/);
    assert.match(predict(dump, '', { 'iptables.masqueradeAll': true }), /^unknown: .*not what the configuration says/);
    assert.match(predict(dump, cidr, { detectLocalMode: 'NodeCIDR' }), /^unknown: .*podCIDR/);
    // 1.19 to 1.23, with nothing that would tell which.
    const middle = fixture('1.15')
      .replace(MARKS, '')
      .replace(/^-A INPUT.*\n/gm, '');
    assert.match(predict(middle, '', { clusterCIDR: '10.244.0.0/16' }), /^unknown: .*version/);
  });

  test('a listing becomes the dump that iptables-save would print', () => {
    const header = ' pkts bytes target     prot opt in     out     source               destination\n';
    const service = '/* default/g4: cluster IP */ tcp dpt:80';
    const listing = [
      `Chain KUBE-MARK-MASQ (2 references)\n${header}    0     0 MARK       all  --  *      *       0.0.0.0/0            0.0.0.0/0            MARK or 0x4000\n`,
      `Chain KUBE-POSTROUTING (1 references)\n${header}    0     0 MASQUERADE  all  --  *      *       0.0.0.0/0            0.0.0.0/0            /* kubernetes service traffic requiring SNAT */ mark match 0x4000/0x4000\n`,
      `Chain KUBE-SERVICES (2 references)\n${header}    1    60 KUBE-SVC-AAAAAAAAAAAAAAAA  tcp  --  *      *       0.0.0.0/0            10.0.0.103           ${service}\n`,
      `Chain KUBE-SVC-AAAAAAAAAAAAAAAA (1 references)\n${header}`,
    ].join('\n');
    const at = cluster(node('worker', { 'iptables-list-nat': listing, [fileOutput(CONFIG)]: KIND }));
    const set = { clusterCIDR: '10.1.0.0/16' };
    const predicted = predictAgent(at, 'worker', {
      kind: 'kube-proxy',
      in: { config: CONFIG },
      set,
      restart: undefined,
    });
    assert.ok('cluster' in predicted && predicted.unknown === undefined, JSON.stringify(predicted));
    const tables = predicted.cluster.node('worker')?.host?.netfilter(4).tables ?? [];
    assert.match(
      dumpOf(tables.map(({ table }) => table)),
      /^-A KUBE-SERVICES ! -s 10\.1\.0\.0\/16 -d 10\.0\.0\.103\/32 -p tcp .*--dport 80 -j KUBE-MARK-MASQ\n-A KUBE-SERVICES -d 10\.0\.0\.103\/32/m,
    );
  });

  test('the file is changed in what is predicted too, so that the next change finds it', () => {
    const at = cluster(node('worker', { [fileOutput(CONFIG)]: `${KIND}mode: ""\n` }));
    const predicted = predictAgent(at, 'worker', {
      kind: 'kube-proxy',
      in: { config: CONFIG },
      set: { mode: 'ipvs' },
      restart: undefined,
    });
    assert.ok('cluster' in predicted);
    assert.equal(predicted.cluster.node('worker')?.host?.output(fileOutput(CONFIG))?.stdout, `${KIND}mode: "ipvs"\n`);
  });
});
