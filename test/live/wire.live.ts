import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { effectOf } from '../../src/core/plan/effect';
import { readPlan } from '../../src/core/plan/read-plan';
import { reviewPlan } from '../../src/core/plan/review';
import { wirePaths } from '../../src/core/plan/wire-paths';
import { Cluster } from '../../src/core/snapshot/cluster';
import { Application } from '../../src/nodes/apply/application';
import { wireVerifier } from '../../src/nodes/apply/wire';
import { mustRun } from '../kernel/lab/command';
import { LiveCluster } from './live-cluster';

const never = new AbortController().signal;
const NODES = ['worker', 'master'];

suite('what a plan is to mend is tried on the wire', { timeout: 120_000 }, () => {
  test('and stays if it works, or is taken back if it does not', async (context) => {
    const live = await LiveCluster.start({ tunnel: 'udp' });
    context.after(() => live.close());
    const before = new Cluster(await live.read());
    const { plan } = readPlan(`hoplensPlan: 1
name: The founding document's fix
changes:
  - { node: worker, rule: -t nat -A POSTROUTING -o flannel0 -j MASQUERADE }
`);
    assert.ok(plan);
    const review = reviewPlan(plan, before);
    const paths = wirePaths(effectOf(before, review.after), NODES);
    assert.ok(paths.some(({ node, address, port }) => node === 'worker' && address === '10.0.0.103' && port === 80));
    const rules = (): Promise<string> =>
      mustRun([...live.real.node('worker').machine.enter, 'iptables', '-t', 'nat', '-S', 'POSTROUTING']);
    const untouched = await rules();

    const said: string[] = [];
    const tried = async (): Promise<Application> => {
      const application = new Application(review.nodes, live.connectTo, {
        ...{ ...plan, who: 'somebody@here' },
        verify: wireVerifier(paths, ['worker'], live.connectTo, (sentence) => void said.push(sentence)),
      });
      context.after(() => application.close());
      assert.deepEqual(await application.prepare(never), []);
      return application;
    };
    const works = await tried();
    assert.equal(await works.apply(never), true, JSON.stringify(works.nodes.map(({ problem }) => problem)));
    assert.ok(said.includes('worker → 10.0.0.103:80 was tried and connects.'), said.join('\n'));
    assert.equal(await works.revert(), true);

    // What the prediction does not know of: somebody drops it on its way.
    await mustRun([
      ...live.real.node('master').machine.enter,
      ...['iptables', '-t', 'raw', '-A', 'PREROUTING', '-p', 'tcp', '--dport', '80', '-j', 'DROP'],
    ]);
    const fails = await tried();
    assert.equal(await fails.apply(never), false);
    assert.deepEqual(
      fails.nodes.map(({ stage }) => stage),
      ['reverted'],
    );
    assert.match(
      fails.nodes[0]?.problem ?? '',
      /^worker → 10\.0\.0\.\d+:80 was tried by bash after the change, and does not connect/,
    );
    assert.equal(await rules(), untouched);
  });
});
