import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { FieldTable } from '../../../../src/core/agents/field-table';
import { NETWORK_CONFIG_FIELDS } from '../../../../src/core/agents/flannel/network-config';
import { KUBE_PROXY_FIELDS } from '../../../../src/core/agents/kube-proxy/fields';
import { TreeText } from '../../../../src/core/agents/text/tree';
import type { Value } from '../../../../src/core/agents/value';

const PROXY = new FieldTable(KUBE_PROXY_FIELDS);
const FLANNEL = new FieldTable(NETWORK_CONFIG_FIELDS, true);

function edit(text: string, table: FieldTable, set: Readonly<Record<string, Value>>, backend?: string): string {
  const changes = new Map(
    Object.entries(set).map(([name, value]) => {
      const field = table.find(name, backend);
      assert.ok(field, name);
      return [field, value];
    }),
  );
  const edited = new TreeText(text, table).edit(changes);
  return 'error' in edited ? `refused: ${edited.error}` : edited.text;
}

function settings(text: string, table = PROXY): Record<string, Value> {
  return Object.fromEntries(new TreeText(text, table).settings.map(({ name, value }) => [name, value]));
}

/** As kubeadm writes it, with a comment of somebody's. */
const KUBEADM = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
bindAddress: 0.0.0.0
clientConnection:
  burst: 0
  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf
  qps: 0
clusterCIDR: "" # not decided yet
conntrack:
  maxPerCore: null
  min: null
detectLocal:
  bridgeInterface: ""
  interfaceNamePrefix: ""
iptables:
    masqueradeAll: false
    masqueradeBit: null
    syncPeriod: 0s
kind: KubeProxyConfiguration
mode: ''
nodePortAddresses: null
winkernel:
`;

suite("kube-proxy's configuration file", () => {
  test('is read under names with dots; what is empty is not set', () => {
    const read = settings(KUBEADM);
    assert.equal(read['iptables.masqueradeAll'], false);
    assert.equal(read['clientConnection.kubeconfig'], '/var/lib/kube-proxy/kubeconfig.conf');
    assert.equal(read['iptables.masqueradeBit'], null);
    assert.equal(read['clusterCIDR'], '');
    assert.equal('winkernel' in read, false);
  });

  test('a value takes the place of the old one, in its quotes; all else stays', () => {
    assert.equal(
      edit(KUBEADM, PROXY, { 'iptables.masqueradeAll': true, clusterCIDR: '10.1.0.0/16', mode: 'iptables' }),
      KUBEADM.replace('masqueradeAll: false', 'masqueradeAll: true')
        .replace('clusterCIDR: ""', 'clusterCIDR: "10.1.0.0/16"')
        .replace("mode: ''", "mode: 'iptables'"),
    );
  });

  test('what is missing comes behind its siblings, with their indent', () => {
    assert.equal(
      edit(KUBEADM, PROXY, { 'iptables.minSyncPeriod': '1s' }),
      KUBEADM.replace('    syncPeriod: 0s\n', '    syncPeriod: 0s\n    minSyncPeriod: 1s\n'),
    );
  });

  test('levels that are missing or empty are made', () => {
    assert.equal(
      edit(KUBEADM, PROXY, { 'nftables.masqueradeAll': true, 'winkernel.enableDSR': true }),
      `${KUBEADM}  enableDSR: true\nnftables:\n  masqueradeAll: true\n`.replace('\n  enableDSR', '\n  enableDSR'),
    );
    assert.equal(
      edit('iptables: null # all of it\nmode: ""\n', PROXY, { 'iptables.masqueradeAll': true }),
      'iptables: # all of it\n  masqueradeAll: true\nmode: ""\n',
    );
    assert.equal(
      edit('iptables: {}\n', PROXY, { 'iptables.masqueradeAll': true }),
      'iptables: {masqueradeAll: true}\n',
    );
    assert.equal(edit('', PROXY, { 'iptables.masqueradeAll': true }), 'iptables:\n  masqueradeAll: true\n');
    assert.equal(edit('mode: ipvs', PROXY, { clusterCIDR: '10.1.0.0/16' }), 'mode: ipvs\nclusterCIDR: 10.1.0.0/16\n');
  });

  test('null takes the line away', () => {
    assert.equal(
      edit(KUBEADM, PROXY, { 'iptables.masqueradeAll': null }),
      KUBEADM.replace('    masqueradeAll: false\n', ''),
    );
    assert.equal(edit(KUBEADM, PROXY, { 'iptables.localhostNodePorts': null }), KUBEADM);
  });

  test('lists are written as the file has them', () => {
    const block = 'nodePortAddresses:\n- 10.0.0.0/8\n- 192.168.0.0/16\nmode: ""\n';
    assert.equal(settings(block)['nodePortAddresses'], '10.0.0.0/8,192.168.0.0/16');
    assert.equal(edit(block, PROXY, { nodePortAddresses: 'primary' }), 'nodePortAddresses:\n- primary\nmode: ""\n');
    assert.equal(edit(block, PROXY, { nodePortAddresses: '' }), 'nodePortAddresses: []\nmode: ""\n');
    assert.equal(edit(block, PROXY, { nodePortAddresses: null }), 'mode: ""\n');
    assert.equal(
      edit(KUBEADM, PROXY, { nodePortAddresses: '10.0.0.0/8,192.168.0.0/16' }),
      KUBEADM.replace('nodePortAddresses: null', 'nodePortAddresses: [10.0.0.0/8, 192.168.0.0/16]'),
    );
  });

  test('of several documents it is the one that says what it is', () => {
    const two = `# of us\nfoo: 1\n---\n${KUBEADM}`;
    assert.equal(
      edit(two, PROXY, { 'iptables.masqueradeAll': true }),
      two.replace('masqueradeAll: false', 'masqueradeAll: true'),
    );
  });

  test('what is broken is not edited', () => {
    assert.match(edit('mode: "ipvs\n', PROXY, { mode: 'iptables' }), /^refused: it cannot be read: /);
    assert.match(edit('mode: ipvs\nmode: iptables\n', PROXY, { mode: '' }), /^refused: it cannot be read: /);
    assert.match(edit('- mode\n', PROXY, { mode: '' }), /^refused: /);
    assert.match(edit('iptables: 5\n', PROXY, { 'iptables.masqueradeAll': true }), /^refused: /);
  });

  test('a value that looks like another type keeps its own', () => {
    for (const value of ['true', '12', 'null', '~', '', '# not a comment', 'a: b', '- x', '*x', '"'])
      assert.deepEqual(settings(edit('kind: x\n', PROXY, { hostnameOverride: value }))['hostnameOverride'], value);
  });
});

suite("flannel's network config", () => {
  const PRETTY = '{\n\t"Network": "10.1.0.0/16",\n\t"Backend": {\n\t\t"Type": "udp"\n\t}\n}\n';

  test('values, new fields and removal leave the layout', () => {
    assert.equal(
      edit(PRETTY, FLANNEL, { 'Backend.Type': 'vxlan', 'Backend.VNI': 1, SubnetLen: 24 }, 'vxlan'),
      '{\n\t"Network": "10.1.0.0/16",\n\t"Backend": {\n\t\t"Type": "vxlan",\n\t\t"VNI": 1\n\t},\n\t"SubnetLen": 24\n}\n',
    );
    const short = '{"Network":"10.1.0.0/16","SubnetLen":24,"Backend":{"Type":"udp","Port":8285}}';
    assert.equal(
      edit(short, FLANNEL, { SubnetLen: null }),
      '{"Network":"10.1.0.0/16","Backend":{"Type":"udp","Port":8285}}',
    );
    assert.equal(edit(short, FLANNEL, { Network: null }), '{"SubnetLen":24,"Backend":{"Type":"udp","Port":8285}}');
    assert.equal(
      edit(short, FLANNEL, { 'Backend.Port': null }),
      '{"Network":"10.1.0.0/16","SubnetLen":24,"Backend":{"Type":"udp"}}',
    );
    assert.equal(edit(short, FLANNEL, { EnableIPv6: true }), `${short.slice(0, -1)},"EnableIPv6":true}`);
  });

  test('a backend that is not there yet is made; names are the same in any case', () => {
    assert.equal(
      edit('{ "network": "10.1.0.0/16" }', FLANNEL, { 'Backend.Type': 'vxlan' }),
      '{ "network": "10.1.0.0/16", "Backend": {"Type": "vxlan"} }',
    );
    assert.equal(
      edit('{"backend":{"type":"udp"}}', FLANNEL, { 'Backend.Type': 'host-gw' }),
      '{"backend":{"type":"host-gw"}}',
    );
    assert.equal(edit('{}', FLANNEL, { Network: '10.1.0.0/16' }), '{"Network": "10.1.0.0/16"}');
  });

  test('stays JSON, with only what was asked for changed, whatever is set', () => {
    const change = fc.record(
      {
        Network: fc.constantFrom('10.2.0.0/16', null),
        SubnetLen: fc.option(fc.integer({ min: 1, max: 30 })),
        'Backend.Type': fc.constantFrom('vxlan', 'host-gw'),
        'Backend.VNI': fc.option(fc.integer({ min: 0, max: 100 })),
        EnableIPv6: fc.option(fc.boolean()),
        SubnetMin: fc.option(fc.string({ unit: 'grapheme' })),
      },
      { requiredKeys: [] },
    );
    const layout = fc.constantFrom(
      PRETTY,
      '{"Network":"10.1.0.0/16","SubnetLen":24,"Backend":{"Type":"udp"}}',
      '{}',
      '{ "SubnetMin" : "10.1.1.0" }',
    );
    fc.assert(
      fc.property(layout, change, (text, set) => {
        const before = settings(text, FLANNEL);
        const edited = edit(text, FLANNEL, set, 'vxlan');
        const read: unknown = JSON.parse(edited);
        const expected = Object.entries({ ...before, ...set }).filter(([, value]) => value !== null);
        const flat = Object.entries(read as object).flatMap(([key, value]: [string, unknown]) =>
          key === 'Backend'
            ? Object.entries(value as object).map(([name, one]: [string, unknown]) => [`Backend.${name}`, one])
            : [[key, value]],
        );
        assert.deepEqual(Object.fromEntries(flat), Object.fromEntries(expected));
      }),
    );
  });
});
