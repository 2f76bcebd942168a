import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation } from '../../../src/core/plan/operation';
import { Application } from '../../../src/nodes/apply/application';
import type { GuardedMachine } from '../../lab/guarded-machine';
import { ALL, DROP_SSH } from '../../nodes/apply/operations';

/** Until the node takes it back, in seconds. */
export const SECONDS = 8;
export const CLIENT = 'test/out/guarded-client.mjs';

const never = new AbortController().signal;
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Draws numbers from 0 to 1, the same ones for the same seed. */
export type Draw = () => number;

/** What goes wrong while a change is made. Resolves when it is over, and nobody but the node looks after the change. */
type Fault = (machine: GuardedMachine, draw: Draw) => Promise<void>;

/** A moment between before it is armed and after all is changed. */
const moment = (draw: Draw): Promise<void> => sleep(draw() * 3_000);

function applicationOf(machine: GuardedMachine, operations: readonly Operation[] = ALL): Application {
  return new Application([{ node: machine.name, operations }], machine.connectTo, {
    ...{ name: 'fault', who: 'somebody@here', confirmWithin: SECONDS, onFailure: 'stop', batch: 1 },
  });
}

/** Applies, and has something happen meanwhile. Then the client goes. */
async function during(machine: GuardedMachine, happen: () => Promise<void>): Promise<void> {
  const application = applicationOf(machine);
  const applied = application.apply(never);
  await happen();
  await Promise.race([applied, sleep(SECONDS * 1000)]);
  await application.close();
  await applied;
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  'the client is killed': async ({ settings }, draw) => {
    const client = spawn(process.execPath, [CLIENT, JSON.stringify(settings), String(SECONDS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(client, 'exit');
    await Promise.race([once(client.stdout, 'data'), ended]);
    await moment(draw);
    assert.equal(client.exitCode, null);
    client.kill('SIGKILL');
    await ended;
  },

  'SSH is cut': (machine, draw) =>
    during(machine, async () => {
      await moment(draw);
      if (draw() < 0.5) machine.breakConnections();
      else {
        await machine.setLink('down');
        await sleep(SECONDS * 1000);
        await machine.setLink('up');
      }
    }),

  'the change cuts the network': async (machine, draw) => {
    // The table would be another than was expected.
    const operations = ALL.filter(({ kind }) => kind !== 'table');
    operations.splice(Math.floor(draw() * operations.length), 0, DROP_SSH);
    const application = applicationOf(machine, operations);
    const begun = performance.now();
    assert.equal(await application.apply(never), false);
    const { stage, problem } = application.nodes[0]!;
    assert.equal(stage, 'reverted', `${problem ?? ''} after ${performance.now() - begun} ms`);
    await application.close();
  },

  'the confirmation is lost on its way': async (machine, draw) => {
    const application = applicationOf(machine);
    const applied = await application.apply(never);
    const lost = sleep(draw() * 400).then(() => machine.setLink('down'));
    const confirmed = applied && application.confirm();
    await lost;
    await sleep(draw() * 2_000);
    await machine.setLink('up');
    const stays = await confirmed;
    const journal = await machine.run('tail -n 1 /var/lib/hoplens/journal');
    if (stays) {
      assert.match(journal, /"result":"confirmed"/);
      assert.match(await machine.run('iptables -t nat -S POSTROUTING'), /-o flannel0 -j MASQUERADE/);
      // Later on it is taken back by a change of its own.
      const back = new Application([application.inverse(machine.name)], machine.connectTo, {
        ...{ name: 'back', who: 'somebody@here', confirmWithin: 60, onFailure: 'stop', batch: 1 },
      });
      assert.deepEqual(await back.prepare(never), []);
      assert.equal(await back.apply(never), true);
      assert.equal(await back.confirm(), true);
      await back.close();
    }
    await application.close();
  },

  'the disk is full': (machine, draw) =>
    during(machine, async () => {
      await moment(draw);
      await machine.run('cat /dev/zero 2>/dev/null >/var/tmp/full || :');
      await sleep((SECONDS + 2) * 1000);
      await machine.run('rm /var/tmp/full');
    }),

  'another iptables holds the lock': (machine, draw) =>
    during(machine, async () => {
      await moment(draw);
      await machine.run(`flock /run/xtables.lock sleep ${(draw() * SECONDS).toFixed(1)}`);
    }),

  'somebody changes the same': async (machine, draw) => {
    await during(machine, async () => {
      await moment(draw);
      await machine.run(`iptables -w -t nat -${draw() < 0.5 ? 'A' : 'I'} POSTROUTING -d 10.20.0.0/16 -j RETURN
iptables -w -A FORWARD -d 10.20.0.0/16 -j DROP`);
    });
    await isOver(machine);
    // It has been kept.
    await machine.run(`iptables -w -t nat -D POSTROUTING -d 10.20.0.0/16 -j RETURN
iptables -w -D FORWARD -d 10.20.0.0/16 -j DROP`);
  },

  'sshd is restarted': (machine, draw) =>
    during(machine, async () => {
      await moment(draw);
      await machine.restartSshd();
      if (draw() < 0.5) machine.breakConnections();
    }),

  'the clock jumps': async (machine, draw) => {
    const file = join(machine.machine.folder, 'etc/faketimerc');
    await during(machine, async () => {
      await moment(draw);
      writeFileSync(file, draw() < 0.5 ? '+400d\n' : '-3h\n');
    });
    await isOver(machine);
    writeFileSync(file, '+0\n');
  },
};

/** How long after its time a node on a machine that has much else to do may be at reverting, in milliseconds. */
const LATE = 20_000;

/** Folders of changes that are open. */
const OPEN = `ls -A /run/hoplens /var/lib/hoplens 2>/dev/null | grep -v '^/\\|^$\\|^journal$' || :`;

/** Whatever looks after a change, or may begin one yet: all but the servers. */
function running({ machine }: GuardedMachine): string {
  return machine
    .processes()
    .filter((command) => !/^sshd: .*\[listener\]|^etcd /.test(command))
    .join('\n');
}

/** Until the node has done with the change. */
export async function isOver(machine: GuardedMachine): Promise<void> {
  const end = performance.now() + SECONDS * 1000 + LATE;
  for (;;) {
    const left = running(machine) || (await machine.run(OPEN));
    if (left === '') return;
    if (performance.now() > end) assert.fail(`the change is still open: ${left}`);
    await sleep(300);
  }
}
