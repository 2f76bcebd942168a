import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { overlayState, ways } from '../support/overlay-state';
import { AgentCluster, type SeenPlan } from './agent-cluster';

const CONFIG = { etcd: { key: '/coreos.com/network/config' } };

suite("flannel's backend is changed, and what was told beforehand comes to be", { timeout: 180_000 }, () => {
  test('udp → vxlan, on one node and on both', async (context) => {
    const cluster = await AgentCluster.start({ proxy: 'unit', flannel: 'etcd v3' });
    context.after(() => cluster.close());
    const vxlan = (only?: string): Promise<SeenPlan> => cluster.edit('master', CONFIG, [['"udp"', '"vxlan"']], only);
    const comesToBe = async ({ review }: SeenPlan): Promise<void> => {
      assert.deepEqual(review.unknowns, []);
      const expected = overlayState(review.after);
      // flannelds are at work after systemctl has returned.
      const now = await cluster.readUntil((read) => overlayState(read).join('\n') === expected.join('\n'));
      assert.deepEqual(overlayState(now), expected);
      assert.deepEqual(ways(now), ways(review.after));
    };
    const reachesPods = async (): Promise<boolean> => (await cluster.curl('worker', '10.1.63.3')).startsWith('hello');

    assert.equal(await reachesPods(), true);
    const one = await vxlan('master');
    assert.match(one.concerns, /^warning: Not every flanneld is restarted: worker has udp, master has vxlan/m);
    assert.notDeepEqual(one.broken, []);
    await cluster.notKept(one, async () => {
      await comesToBe(one);
      assert.equal(await reachesPods(), false);
    });
    const both = await vxlan();
    await cluster.notKept(both, async () => {
      await comesToBe(both);
      assert.equal(await reachesPods(), true);
    });
  });
});
