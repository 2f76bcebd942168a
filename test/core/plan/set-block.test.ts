import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setBlockAt } from '../../../src/core/plan/set-block';

const PLAN = `hoplensPlan: 1
changes:
  - node: worker
    kube-proxy:
      config: /var/lib/kube-proxy/config.conf
    set:
      iptables.masqueradeAll: true

      mo
    restart: [systemctl, restart, kube-proxy]
  - set:
      Backend.Type: vxlan
    node: master
    flannel: { etcd: { api: 2, key: /coreos.com/network/config } }
  - node: master
    rule: -A INPUT -j DROP
    set:
      x
`.split('\n');

function at(text: string): ReturnType<typeof setBlockAt> {
  const line = PLAN.findIndex((one) => one.includes(text));
  assert.ok(line >= 0, text);
  return setBlockAt(PLAN, line);
}

suite('the values that a change of an agent sets', () => {
  test("are of its configuration, and are told from the plan's own fields", () => {
    const block = at('      mo');
    assert.equal(block?.form.agent, 'kube-proxy');
    assert.deepEqual([...block.names], ['iptables.masqueradeAll']);
    assert.equal(block.form.table.find('iptables.masqueradeAll')?.type, 'boolean');
    assert.deepEqual([...(at('iptables.masqueradeAll')?.names ?? [])], []);
    const flannel = at('Backend.Type');
    assert.equal(flannel?.form.agent, 'flanneld');
    assert.ok(flannel.form.table.find('Backend.Type', 'vxlan'));
  });

  test('are nowhere else', () => {
    for (const text of [
      'hoplensPlan',
      'node: worker',
      'config:',
      '    set:',
      'restart:',
      'node: master',
      'flannel:',
      'rule:',
    ])
      assert.equal(at(text), undefined, text);
    // It does not say whose they are.
    assert.equal(at('      x'), undefined);
  });
});
