import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { NodeOperations, Operation } from '../../../src/core/plan/operation';
import { Application } from '../../../src/nodes/apply/application';
import { linesWithout } from '../../../src/nodes/apply/differences';
import { openChanges } from '../../../src/nodes/apply/open-changes';
import type { ApplicationOptions } from '../../../src/nodes/apply/options';
import { GuardedMachine, type GuardedMachineOptions } from '../../lab/guarded-machine';
import { needs } from '../support/programs';
import { ALL, ETCD, FILES, MASQUERADE, RESTART, TABLE } from './operations';
import { assertSame, untilSame, words } from './seen';

const never = new AbortController().signal;
const JOURNAL = 'cat /var/lib/hoplens/journal';

/** What a machine loses when it goes down: timers, and all of /run that is ours. */
const REBOOT = `for timer in /run/systemd/running/*.timer; do
  [ ! -e "$timer" ] || kill -KILL "-$(cat "$timer")"
done
rm -rf /run/hoplens /run/systemd/running/* /run/systemd/loaded/*`;

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
    test(`is made, and reverted by request, by ${sh}`, needs(sh), async (context) => {
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
      const [begun, ended, ...more] = (await machine.run(JOURNAL)).trimEnd().split('\n').map(readJson);
      assert.deepEqual([begun?.['id'], ended?.['id'], more], [application.id, application.id, []]);
      // undefined is no word of JSON.
      assert.equal(JSON.stringify(begun?.['change']), JSON.stringify({ node: machine.name, operations }));
      assert.deepEqual([ended?.['result'], ended?.['why']], ['reverted', 'by request']);
      // A comment of a rule, which has all that means something to a shell or to JSON.
      assert.ok(String(ended?.['log']).includes(`--comment it's "$(reboot)" -j ACCEPT`));
    });

  test('is reverted by the node alone when nobody confirms', async (context) => {
    const machine = await start(context);
    const before = await machine.state();
    const application = applicationOf(context, machine, [MASQUERADE], { confirmWithin: 5 });
    assert.equal(await application.apply(never), true, words(application));
    await application.close();
    await untilSame(machine, before);
    assert.match(await machine.run(JOURNAL), /"result":"reverted","why":"nobody has confirmed it in time"/);
  });

  test('is reverted by a timer of systemd when nobody confirms, and leaves no unit', async (context) => {
    const machine = await start(context, { systemd: true });
    const before = await machine.state();
    const application = applicationOf(context, machine, [MASQUERADE, ...FILES], { confirmWithin: 8 });
    assert.equal(await application.apply(never), true, words(application));
    const [node] = application.nodes;
    assert.deepEqual([node?.guard, node?.warnings], ['systemd', []]);
    await machine.run(`systemctl is-active --quiet hoplens-${application.id}.timer`);
    assert.match(
      await machine.run('cat /etc/systemd/system/multi-user.target.wants/*'),
      new RegExp(`ExecStart=/bin/sh /var/lib/hoplens/${application.id}/change boot\n`),
    );
    // The only one that is left to do it is the timer.
    assert.equal(await machine.run('pgrep -f "[c]hange guard" || echo none'), 'none\n');
    await application.close();
    await untilSame(machine, before);
    assert.match(await machine.run(JOURNAL), /"result":"reverted","why":"nobody has confirmed it in time"/);
  });

  test('is reverted by a unit of systemd when the machine is started again', async (context) => {
    const machine = await start(context, { systemd: true, etcd: true });
    const before = await machine.state();
    const application = applicationOf(context, machine, [...FILES, ...ETCD, RESTART]);
    assert.equal(await application.apply(never), true, words(application));
    await application.close();
    await machine.run(`${REBOOT}\nsystemctl boot`);
    await untilSame(machine, before);
    assert.match(
      await machine.run(JOURNAL),
      /"result":"reverted","why":"the node was restarted before it was confirmed"/,
    );
  });

  test('that is confirmed leaves no unit of systemd, and outlives a start of the machine', async (context) => {
    const machine = await start(context, { systemd: true });
    const before = await machine.state();
    const application = applicationOf(context, machine, FILES, { confirmWithin: 8 });
    assert.equal(await application.apply(never), true, words(application));
    assert.equal(await application.confirm(), true, words(application));
    await machine.run(`${REBOOT}\nsystemctl boot`);
    const after = await machine.state();
    assert.deepEqual(
      linesWithout(after, before).filter((line) => line.startsWith('/') && line.includes('hoplens')),
      ['/etc/sysctl.d-hoplens.conf f 644 root '],
    );
    assert.match(await machine.run('cat /etc/kubernetes/proxy.conf'), /clusterCIDR: 10\.1\.0\.0\/16/);
  });

  test('says why it was reverted in the words of who has decided it', async (context) => {
    const machine = await start(context);
    const before = await machine.state();
    const application = applicationOf(context, machine, [MASQUERADE]);
    assert.equal(await application.apply(never), true, words(application));
    // Somebody has decided, and was ended; the switch goes on with it.
    const folder = `/run/hoplens/${application.id}`;
    await machine.run(`printf 'by request' >${folder}/why; ln -sn revert ${folder}/decision`);
    await untilSame(machine, before);
    assert.match(await machine.run(JOURNAL), /"result":"reverted","why":"by request"/);
  });

  test('of an agent that takes longer to start than a node may be silent is waited for', async (context) => {
    const machine = await start(context);
    const before = await machine.state();
    const slow: Operation = { kind: 'restart', agent: 'kube-proxy', argv: ['sleep', '7'] };
    const application = applicationOf(context, machine, [MASQUERADE, slow], { patience: 3_000 });
    assert.equal(await application.apply(never), true, words(application));
    assert.match(application.log.map(({ text }) => text).join('\n'), /has said nothing for 3 s/);
    assert.equal(await application.revert(), true, words(application));
    await untilSame(machine, before);
  });

  test('of an agent that does not start again is reverted, and what the agent says is told', async (context) => {
    const machine = await start(context);
    const restart = (script: string): Operation => ({
      ...{ kind: 'restart', agent: 'kube-proxy', argv: ['sh', '-c', script] },
    });
    for (const [script, why] of [
      ['! mkdir /run/once', 'exit code 1'],
      ['mkdir /run/twice && echo unknown flag: --mode && exit 2; :', 'unknown flag: --mode'],
    ] as const) {
      const application = applicationOf(context, machine, [MASQUERADE, restart(script)]);
      assert.equal(await application.apply(never), false);
      assert.deepEqual(stagesOf(application), ['reverted']);
      assert.equal(application.nodes[0]?.problem, `${machine.name}: the restart of kube-proxy failed: ${why}.`);
      const last = readJson((await machine.run(JOURNAL)).trimEnd().split('\n').at(-1) ?? '');
      assert.deepEqual([last['result'], last['why']], ['reverted', `operation 2 failed: ${why}`]);
    }
  });

  test('is found open by others, who are refused until it is over', async (context) => {
    const machine = await start(context);
    const application = applicationOf(context, machine, [MASQUERADE]);
    assert.equal(await application.apply(never), true, words(application));
    const connection = await machine.connectTo(machine.name, never);
    context.after(() => connection.close());
    const [open, ...others] = await openChanges(connection, never);
    assert.deepEqual(others, []);
    assert.equal(open?.id, application.id);
    assert.ok((open.secondsLeft ?? 0) > 0);
    const [conflict] = await applicationOf(context, machine, [TABLE]).prepare(never);
    assert.match(conflict?.message ?? '', /another change of it is open/);
    assert.equal(await application.revert(), true, words(application));
    assert.deepEqual(await openChanges(connection, never), []);
  });

  test('is not begun where somebody has changed what it is about', async (context) => {
    const machine = await start(context);
    await machine.run('iptables -t nat -A POSTROUTING -d 10.20.0.0/16 -j RETURN');
    const before = await machine.state();
    const application = applicationOf(context, machine, [MASQUERADE, ...FILES]);
    const [conflict, ...others] = await application.prepare(never);
    assert.deepEqual(others, []);
    assert.deepEqual(conflict?.unexpected, ['-A POSTROUTING -d 10.20.0.0/16 -j RETURN']);
    assert.equal(await application.apply(never), false);
    assertSame(await machine.state(), before);
  });

  test('of several nodes is reverted on all of them where one of them fails', async (context) => {
    const [one, other] = await Promise.all([start(context), start(context)]);
    const before = await Promise.all([one.state(), other.state()]);
    const failing: Operation = { kind: 'file', path: '/etc/nobody/has', before: undefined, after: 'this folder' };
    const application = new Application(
      [
        { node: one.name, operations: [MASQUERADE] },
        { node: other.name, operations: [MASQUERADE, failing] },
      ],
      (node, signal) => (node === one.name ? one : other).connectTo(node, signal),
      { name: 'test', who: 'somebody@here', confirmWithin: 60, onFailure: 'revert-all', batch: 1 },
    );
    context.after(() => application.close());
    assert.equal(await application.apply(never), false);
    assert.deepEqual(stagesOf(application), ['reverted', 'reverted']);
    assertSame(await one.state(), before[0]);
    assertSame(await other.state(), before[1]);
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

function readJson(line: string): Readonly<Record<string, unknown>> {
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}

function stagesOf({ nodes }: Application): string[] {
  return nodes.map(({ stage }) => stage);
}
