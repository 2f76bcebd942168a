import assert from 'node:assert/strict';
import { after, before, suite, test, type TestContext } from 'node:test';
import type { Operation } from '../../../src/core/plan/operation';
import { Application } from '../../../src/nodes/apply/application';
import type { ApplicationOptions } from '../../../src/nodes/apply/options';
import { GuardedMachine } from '../../lab/guarded-machine';
import { MASQUERADE } from './operations';

const never = new AbortController().signal;
/** There is no such interface. */
const FAILING: Operation = {
  ...{ kind: 'route', family: 4, table: 'main', removes: [], adds: ['10.8.0.0/16 dev nowhere scope link'] },
  does: ['add', '10.8.0.0/16', 'dev', 'nowhere'],
  undoes: ['del', '10.8.0.0/16', 'dev', 'nowhere'],
};
const CHANGED = /-A POSTROUTING -o flannel0 -j MASQUERADE\n/;

suite('a change of several nodes', { timeout: 120_000 }, () => {
  let machines: readonly GuardedMachine[];
  let untouched: readonly string[];
  before(async () => {
    machines = await Promise.all([GuardedMachine.start(), GuardedMachine.start(), GuardedMachine.start()]);
    untouched = await states();
  });
  after(() => Promise.all(machines.map((machine) => machine.close())));

  const states = (): Promise<string[]> => Promise.all(machines.map((machine) => machine.state()));

  /** `failing`: the place of the node whose change fails; undefined: none. */
  function applicationOf(
    context: TestContext,
    failing: number | undefined,
    options: Pick<ApplicationOptions, 'batch' | 'onFailure'>,
  ): Application {
    const change = machines.map(({ name }, at) => ({
      node: name,
      operations: at === failing ? [MASQUERADE, FAILING] : [MASQUERADE],
    }));
    const connectTo: GuardedMachine['connectTo'] = (node, signal) => {
      const machine = machines.find(({ name }) => name === node) ?? assert.fail(node);
      return machine.connectTo(node, signal);
    };
    const application = new Application(change, connectTo, {
      ...{ name: 'test', who: 'somebody@here', confirmWithin: 60 },
      ...options,
    });
    context.after(() => application.close());
    return application;
  }

  /** Where in the log each node was first changed; -1: never. */
  function begins({ log }: Application): number[] {
    return machines.map(({ name }) => log.findIndex(({ node, text }) => node === name && text.includes('-o flannel0')));
  }

  function stages({ nodes }: Application): string[] {
    return nodes.map(({ stage }) => stage);
  }

  test('goes node by node, and stops where one fails: those before stay, and may be kept', async (context) => {
    const application = applicationOf(context, 1, { batch: 1, onFailure: 'stop' });
    assert.equal(await application.apply(never), false);
    assert.deepEqual(stages(application), ['unconfirmed', 'reverted', 'reverted']);
    const [first = -1, second = -1, third] = begins(application);
    assert.ok(first >= 0 && first < second, JSON.stringify(application.log));
    assert.equal(third, -1);
    const [, ...others] = await states();
    assert.deepEqual(others, untouched.slice(1));
    await application.confirm();
    assert.deepEqual(stages(application), ['confirmed', 'reverted', 'reverted']);
    assert.match((await states())[0] ?? '', CHANGED);
    await machines[0]?.run('iptables -t nat -D POSTROUTING -o flannel0 -j MASQUERADE');
    assert.deepEqual(await states(), untouched);
  });

  test('goes by batches, and all are taken back where a later one fails', async (context) => {
    const application = applicationOf(context, 2, { batch: 2, onFailure: 'revert-all' });
    assert.equal(await application.apply(never), false);
    assert.deepEqual(stages(application), ['reverted', 'reverted', 'reverted']);
    const [first = -1, second = -1, third = -1] = begins(application);
    assert.ok(Math.min(first, second) >= 0 && Math.max(first, second) < third, JSON.stringify(application.log));
    assert.match(application.nodes[2]?.problem ?? '', /the change of route table main failed: .*nowhere/);
    assert.deepEqual(await states(), untouched);
  });

  test('is kept on all of them', async (context) => {
    const application = applicationOf(context, undefined, { batch: 2, onFailure: 'revert-all' });
    assert.equal(await application.apply(never), true);
    assert.equal(await application.confirm(), true);
    for (const state of await states()) assert.match(state, CHANGED);
    for (const machine of machines) await machine.run('iptables -t nat -D POSTROUTING -o flannel0 -j MASQUERADE');
    assert.deepEqual(await states(), untouched);
  });
});
