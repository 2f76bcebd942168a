import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { NodeOperations, Operation } from '../../../src/core/plan/operation';
import { Application } from '../../../src/nodes/apply/application';
import { linesWithout } from '../../../src/nodes/apply/differences';
import type { ApplicationOptions } from '../../../src/nodes/apply/options';
import { GuardedMachine, type GuardedMachineOptions } from '../../lab/guarded-machine';
import { ALL, MASQUERADE } from './operations';

const never = new AbortController().signal;

async function start(context: TestContext, options: GuardedMachineOptions = {}): Promise<GuardedMachine> {
  const machine = await GuardedMachine.start(options);
  context.after(() => machine.close());
  return machine;
}

function applicationOf(
  context: TestContext,
  machine: GuardedMachine,
  operations: readonly Operation[],
  options: Partial<ApplicationOptions> = {},
): Application {
  const change: NodeOperations = { node: machine.name, operations };
  const application = new Application([change], machine.connectTo, {
    ...{ name: 'test', who: 'somebody@here', confirmWithin: 120, onFailure: 'revert-all', batch: 1 },
    ...options,
  });
  context.after(() => application.close());
  return application;
}

suite('a guarded change', { concurrency: 3, timeout: 120_000 }, () => {
  for (const sh of ['dash', 'bash', 'busybox'] as const)
    test(`is made, and reverted by request, by ${sh}`, async (context) => {
      const machine = await start(context, { sh, etcd: sh === 'dash' });
      const before = await machine.state();
      const operations = sh === 'dash' ? ALL : ALL.filter(({ kind }) => kind !== 'etcd');
      const application = applicationOf(context, machine, operations);
      assert.deepEqual(await application.prepare(never), []);
      assertSame(await machine.state(), before);
      const done = await application.apply(never);
      assert.equal(done, true, words(application));
      assert.deepEqual(stagesOf(application), ['unconfirmed']);
      assert.deepEqual(
        application.nodes.map(({ guard }) => guard),
        ['process'],
      );
      assert.match(await machine.run('iptables -t nat -S POSTROUTING'), /-A POSTROUTING -o flannel0 -j MASQUERADE\n/);
      assert.match(await machine.run('cat /etc/kubernetes/proxy.conf'), /clusterCIDR: 10\.1\.0\.0\/16/);
      assert.equal(await application.revert(), true, words(application));
      assert.deepEqual(stagesOf(application), ['reverted']);
      assertSame(await machine.state(), before);
      assert.equal(await machine.run('cat /var/log/agent'), 'restarted\nrestarted\n');
    });

  test('is reverted by the node alone when nobody confirms', async (context) => {
    const machine = await start(context);
    const before = await machine.state();
    const application = applicationOf(context, machine, [MASQUERADE], { confirmWithin: 5 });
    assert.equal(await application.apply(never), true, words(application));
    await application.close();
    await until(async () => (await machine.state()) === before);
    assert.match(
      await machine.run('cat /var/lib/hoplens/journal'),
      /"result":"reverted","why":"nobody has confirmed it in time"/,
    );
  });

  test('stays when it is confirmed, and leaves nothing but the journal', async (context) => {
    const machine = await start(context);
    const before = await machine.state();
    const application = applicationOf(context, machine, [MASQUERADE], { confirmWithin: 6 });
    assert.equal(await application.apply(never), true, words(application));
    assert.equal(await application.confirm(), true, words(application));
    assert.deepEqual(stagesOf(application), ['confirmed']);
    assert.equal(
      await machine.state(),
      before.replace(/(10\.1\.9\.0\/24 ! -o docker0 -j MASQUERADE\n)/, '$1-A POSTROUTING -o flannel0 -j MASQUERADE\n'),
    );
  });
});

/** Shows what differs, and not the hundreds of lines that do not. */
function assertSame(actual: string, expected: string): void {
  assert.deepEqual(
    { more: linesWithout(actual, expected), less: linesWithout(expected, actual), same: actual === expected },
    { more: [], less: [], same: true },
  );
}

function stagesOf({ nodes }: Application): string[] {
  return nodes.map(({ stage }) => stage);
}

function words(application: Application): string {
  const { nodes, log } = application;
  return [...nodes.map(({ stage, problem }) => `${stage}: ${problem ?? ''}`), ...log.map(({ text }) => text)].join(
    '\n',
  );
}

async function until(look: () => Promise<boolean>, seconds = 30): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await look())) {
    if (performance.now() > end) assert.fail(`not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
