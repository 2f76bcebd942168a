import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { folder, hoplens } from '../support/cli';

suite('hoplens audit', () => {
  const write = folder();

  test('a snapshot without services: said so, and nothing is wrong', async () => {
    const file = write(
      'a.hoplens.json',
      JSON.stringify({ hoplensSnapshot: 1, nodes: [{ name: 'a', namespaces: [] }] }),
    );
    const { code, stdout } = await hoplens('audit', file);
    assert.equal(code, 0);
    assert.match(stdout, /has no services/);
  });

  test('a service that nothing answers for is wrong, in words and as JSON', async () => {
    const save = [
      '*filter',
      ':KUBE-SERVICES - [0:0]',
      '-A KUBE-SERVICES -d 10.0.0.7/32 -p tcp -m comment --comment "shop/web:http has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
      '-A OUTPUT -j KUBE-SERVICES',
      'COMMIT',
    ].join('\n');
    const outputs = {
      'iptables-save': { command: 'iptables-save -c', exitCode: 0, stdout: `${save}\n`, stderr: '' },
      'ip-addr': { command: 'ip addr', exitCode: 0, stdout: ADDRESSES, stderr: '' },
      'ip-route': { command: 'ip route', exitCode: 0, stdout: 'default via 192.168.1.1 dev eth0\n', stderr: '' },
    };
    const nodes = [{ name: 'a', namespaces: [{ name: 'host', kind: 'host', outputs }] }];
    const file = write('b.hoplens.json', JSON.stringify({ hoplensSnapshot: 1, cluster: 'b', nodes }));
    const words = await hoplens('audit', file);
    assert.equal(words.code, 1);
    assert.match(words.stdout, /^a +rejected/m);
    const { stdout, code } = await hoplens('audit', file, '--json');
    assert.equal(code, 1);
    const { hoplensAudit, cluster, pairs } = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual([hoplensAudit, cluster], [1, 'b']);
    assert.ok(Array.isArray(pairs) && pairs.length === 1);
  });

  test('what is no snapshot cannot be audited', async () => {
    const { code, stderr } = await hoplens('audit', write('c.hoplens.json', '{'));
    assert.equal(code, 2);
    assert.match(stderr, /c\.hoplens\.json:1: /);
  });
});

const ADDRESSES = `1: lo: <LOOPBACK,UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <UP> mtu 1500
    inet 192.168.1.12/24 scope global eth0
`;
