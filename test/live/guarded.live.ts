import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bundleTests } from '../../scripts/bundle-tests.mjs';
import { linesWithout } from '../../src/nodes/apply/differences';
import { GuardedMachine } from '../lab/guarded-machine';
import { CLIENT, FAULTS, isOver } from './guarded/faults';
import { drawsFrom } from './guarded/draws';

/** How often each fault; `npm run test:faults` says another number. */
const RUNS = Number(process.env['HOPLENS_FAULTS'] ?? '2');
const SEED = Number(process.env['HOPLENS_SEED'] ?? Date.now() % 1_000_000);
/** Part of a fault's name; default: all of them. */
const ONLY = process.env['HOPLENS_FAULT'] ?? '';
const MACHINES = Math.min(8, RUNS * 3);

describe(`a guarded change comes back whatever happens (HOPLENS_SEED=${SEED})`, { concurrency: MACHINES }, () => {
  const idle: GuardedMachine[] = [];
  const states = new Map<GuardedMachine, string>();
  const another = async (): Promise<GuardedMachine> => {
    const machine = await GuardedMachine.start({ etcd: true, clock: true });
    states.set(machine, await machine.state());
    return machine;
  };
  before(async () => {
    await bundleTests(['test/live/guarded/client.ts'], CLIENT, { format: 'esm' });
    await Promise.all(Array.from({ length: MACHINES }, async () => idle.push(await another())));
  });
  after(() => Promise.all([...states.keys()].map((machine) => machine.close())));

  for (let run = 0; run < RUNS; run++)
    for (const [name, fault] of Object.entries(FAULTS).filter(([name]) => name.includes(ONLY)))
      it(`${name} (${run + 1})`, async () => {
        // One that is not as it was serves no other.
        const machine = idle.pop() ?? (await another());
        await fault(machine, drawsFrom(`${SEED} ${name} ${run}`));
        await isOver(machine);
        const [is, was] = [await machine.state(), states.get(machine) ?? ''];
        const journal = await machine.run('tail -n 2 /var/lib/hoplens/journal 2>/dev/null || :');
        assert.deepEqual({ more: linesWithout(is, was), less: linesWithout(was, is) }, { more: [], less: [] }, journal);
        idle.push(machine);
      });
});
