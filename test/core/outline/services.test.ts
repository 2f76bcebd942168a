import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { serviceItems } from '../../../src/core/outline/services';
import { demoClusters } from '../../support/demo';
import { cluster, node } from '../../support/snapshots';

suite('services as a tree', () => {
  test("the document's services, with address, port and the node of the endpoint", async () => {
    const items = serviceItems((await demoClusters()).second);
    const g4 = items.find(({ label }) => label === 'default/g4');
    assert.equal(g4?.description, '10.0.0.103 · 80/tcp');
    const [endpoint] = g4.children?.()[0]?.children?.() ?? [];
    assert.equal(endpoint?.label, '10.1.63.3:80');
    assert.match(endpoint.description ?? '', /master/);
  });

  test('none, and not known whether any, are two things', () => {
    const without = serviceItems(cluster(node('a', { 'iptables-save': '*nat\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n' })));
    assert.deepEqual(
      without.map(({ label }) => label),
      ['No services'],
    );
    const unread = serviceItems(cluster(node('a', {})));
    assert.deepEqual(
      unread.map(({ label, state }) => [label, state]),
      [['Services: not known', 'missing']],
    );
  });
});
