import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Configuration } from '../../../src/core/agents/configuration';
import { formOf, type Place } from '../../../src/core/agents/form';
import { suggestAt } from '../../../src/core/agents/suggest';

/** What is offered at the `|`; what the first that matches makes of the text. */
function at(
  kind: 'kube-proxy' | 'flannel',
  place: Place,
  marked: string,
): { labels: string[]; take: (label: string) => string } {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const offered = suggestAt(new Configuration(text, formOf(kind, place)), offset);
  return {
    labels: offered.map(({ label }) => label),
    take: (label) => {
      const one = offered.find((candidate) => candidate.label === label);
      assert.ok(one, `${label} of ${offered.map((candidate) => candidate.label).join(' ')}`);
      return text.slice(0, one.start) + one.text + text.slice(one.end);
    },
  };
}

const YAML = { config: '/config.conf' };
const JSON_FILE = { netConf: '/net-conf.json' };

suite('what can be written', () => {
  test('in YAML: fields of the level that are not set yet, and values', () => {
    const top = at('kube-proxy', YAML, 'mode: ""\nclus|\n');
    assert.ok(top.labels.includes('clusterCIDR') && top.labels.includes('iptables') && !top.labels.includes('mode'));
    assert.equal(top.take('clusterCIDR'), 'mode: ""\nclusterCIDR: ""\n');
    assert.equal(top.take('iptables'), 'mode: ""\niptables:\n');
    const inner = at('kube-proxy', YAML, 'iptables:\n  # here\n  syncPeriod: 30s\n  |\nmode: ""\n');
    assert.deepEqual(inner.labels, [
      'masqueradeAll',
      'masqueradeBit',
      'localhostNodePorts',
      'snatNodeInternalIP',
      'minSyncPeriod',
    ]);
    assert.equal(
      inner.take('masqueradeAll'),
      'iptables:\n  # here\n  syncPeriod: 30s\n  masqueradeAll: false\nmode: ""\n',
    );
    assert.equal(
      at('kube-proxy', YAML, 'iptables:\n  masqueradeAll: f|alse # no\n').take('true'),
      'iptables:\n  masqueradeAll: true # no\n',
    );
    assert.equal(at('kube-proxy', YAML, 'mode: "|"\n').take('ipvs'), 'mode: "ipvs"\n');
    assert.deepEqual(at('kube-proxy', YAML, '# mode: |\n').labels, []);
  });

  test('in JSON: those of the backend that is set', () => {
    const text = '{"Network": "10.1.0.0/16", "Backend": {"Type": "vxlan", "|"}}';
    const vxlan = at('flannel', JSON_FILE, text);
    assert.ok(
      vxlan.labels.includes('DirectRouting') && !vxlan.labels.includes('Type') && !vxlan.labels.includes('UDPEncap'),
    );
    assert.equal(vxlan.take('VNI'), text.replace('|', 'VNI'));
    assert.equal(at('flannel', JSON_FILE, '{|}').take('SubnetLen'), '{"SubnetLen": 24}');
    assert.equal(
      at('flannel', JSON_FILE, '{"Backend": {"Type": "u|dp"}}').take('host-gw'),
      '{"Backend": {"Type": "host-gw"}}',
    );
    assert.equal(at('flannel', JSON_FILE, '{"EnableIPv6": |}').take('true'), '{"EnableIPv6": true}');
    assert.ok(!at('flannel', JSON_FILE, '{"Backend": {"Type": "wireguard", |}}').labels.includes('PSK'));
  });

  test('as flags, in their form, and as variables', () => {
    const unit = { flags: '/etc/systemd/system/flanneld.service' };
    const flags = at('flannel', unit, 'ExecStart=/opt/bin/flanneld -iface=eth0 -ip|\n');
    assert.ok(!flags.labels.includes('-iface') && !flags.labels.includes('-etcd-password'));
    assert.equal(flags.take('-ip-masq'), 'ExecStart=/opt/bin/flanneld -iface=eth0 -ip-masq=\n');
    const environment = { flags: '/etc/kubernetes/proxy' };
    assert.equal(
      at('kube-proxy', environment, 'KUBE_PROXY_ARGS="--proxy-mode=|iptables"').take('ipvs'),
      'KUBE_PROXY_ARGS="--proxy-mode=ipvs"',
    );
    assert.deepEqual(at('kube-proxy', environment, 'KUBE_PROXY_ARGS=|').labels, []);
    assert.equal(
      at('flannel', { subnetEnv: '/run/flannel/subnet.env' }, 'FLANNEL_IPMASQ=|').take('true'),
      'FLANNEL_IPMASQ=true',
    );
  });
});
