import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { suite, test, type TestContext } from 'node:test';
import { Application } from '../../../src/nodes/apply/application';
import { GuardedMachine, type GuardedMachineOptions } from '../../lab/guarded-machine';
import { addPrograms, removePrograms } from '../../lab/programs';
import { needs } from '../support/programs';
import { ALL, FILES, MASQUERADE } from './operations';
import { untilSame, words } from './seen';

const never = new AbortController().signal;
const OPERATIONS = ALL.filter(({ kind }) => kind !== 'etcd');

async function start(context: TestContext, options: GuardedMachineOptions = {}): Promise<GuardedMachine> {
  const machine = await GuardedMachine.start(options);
  context.after(() => machine.close());
  return machine;
}

function applicationOf(context: TestContext, machine: GuardedMachine, operations = OPERATIONS): Application {
  const application = new Application([{ node: machine.name, operations }], machine.connectTo, {
    ...{ name: 'test', who: 'somebody@here', confirmWithin: 120, onFailure: 'revert-all', batch: 1 },
  });
  context.after(() => application.close());
  return application;
}

/** Makes it all, and takes it back; nothing is left. */
async function comesBack(context: TestContext, machine: GuardedMachine): Promise<void> {
  const before = await machine.state();
  const application = applicationOf(context, machine);
  assert.deepEqual(await application.prepare(never), []);
  assert.equal(await application.apply(never), true, words(application));
  assert.notEqual(await machine.state(), before);
  assert.equal(await application.revert(), true, words(application));
  // BusyBox's timeout looks once in a second whether the other has ended.
  await untilSame(machine, before);
}

/** What BusyBox has in place of other programs; iproute2 is there on nodes that have networks to look after. */
function applets(): string[] {
  return execFileSync('busybox', ['--list'], { encoding: 'utf8' })
    .split('\n')
    .filter((name) => name !== '' && name !== 'ip');
}

suite('a change of a node that has less than others', { concurrency: 3, timeout: 120_000 }, () => {
  test('but BusyBox, is made and reverted', needs('busybox'), async (context) => {
    const machine = await start(context, { sh: 'busybox' });
    const busybox = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
    const links = applets().map((name) => [name, { link: busybox }] as const);
    await addPrograms(machine.machine, Object.fromEntries(links));
    await comesBack(context, machine);
  });

  test('and neither timeout nor nft, a sleep of whole seconds and no hard links, is made and reverted', async (context) => {
    const machine = await start(context);
    await removePrograms(machine.machine, 'timeout', 'nft');
    assert.equal(await machine.run('command -v timeout nft || echo none'), 'none\n');
    await addPrograms(machine.machine, {
      sleep: { script: '#!/bin/sh\ncase $1 in *[!0-9]*) exit 1 ;; esac\nexec /usr/bin/sleep "$1"\n' },
      ln: { script: '#!/bin/sh\ncase $1 in -s*) exec /usr/bin/ln "$@" ;; esac\nexit 1\n' },
    });
    await comesBack(context, machine);
  });

  test('and no setsid is refused, and nothing is touched', async (context) => {
    const machine = await start(context);
    await removePrograms(machine.machine, 'setsid');
    const before = await machine.state();
    const application = applicationOf(context, machine);
    const [conflict, ...others] = await application.prepare(never);
    assert.deepEqual(others, []);
    assert.equal(
      conflict?.message,
      `${machine.name}: it cannot revert by itself: it has no setsid (of util-linux or BusyBox).`,
    );
    assert.equal(await machine.state(), before);
  });

  test('and lets its users do less is refused, and nothing is touched', async (context) => {
    const machine = await start(context);
    await machine.run('sed -i /engineer/d /etc/sudoers');
    const refused = async (): Promise<string | undefined> =>
      (await applicationOf(context, machine).prepare(never))[0]?.message;
    const why = `${machine.name}: only root may change it; log in as root, or let sudo run /bin/sh without a password`;
    assert.equal(await refused(), `${why} (it says: sudo: a password is required).`);
    await removePrograms(machine.machine, 'sudo');
    assert.match((await refused()) ?? '', /only root may change it.* \(it says: .*sudo: not found\)\.$/);
  });

  test('and no timers of systemd that start, is guarded by a process', async (context) => {
    const machine = await start(context, { systemd: true });
    await machine.run('printf "#!/bin/sh\\nexit 1\\n" >/usr/local/sbin/systemd-run');
    const application = applicationOf(context, machine, [MASQUERADE, ...FILES]);
    assert.equal(await application.apply(never), true, words(application));
    assert.equal(application.nodes[0]?.guard, 'process');
    assert.equal(await application.revert(), true, words(application));
  });

  test('and ends what a login leaves behind, is guarded by a process that is of no login', async (context) => {
    const machine = await start(context);
    // Nobody has a hierarchy of cgroups to spare: what is written to these files moves who writes it (cgroups(7)).
    await machine.run(`mount -t tmpfs tmpfs /sys/fs/cgroup
mkdir /sys/fs/cgroup/elogind
touch /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/elogind/cgroup.procs`);
    const application = applicationOf(context, machine, [MASQUERADE]);
    assert.equal(await application.apply(never), true, words(application));
    const guard = await machine.run('pgrep -f "[c]hange guard"');
    assert.equal(await machine.run('cat /sys/fs/cgroup/cgroup.procs'), guard);
    assert.equal(await machine.run('cat /sys/fs/cgroup/elogind/cgroup.procs'), guard);
    assert.equal(await application.revert(), true, words(application));
  });
});
