import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNodes } from '../live-nodes';
import type { Workbench } from '../workbench';
import { liveJourney } from './journey';

const RULES = "sudo iptables-save -t nat | sed -e '/^#/d' -e 's/.[0-9]*:[0-9]*.$//'";

/** Two nodes, one after the other. On the second the agent does not start with the change, and does without it. */
const plan = (name: string, onFailure: string): string => `hoplensPlan: 1
name: ${name}
confirmWithin: 120
onFailure: ${onFailure}
changes:
  - { node: worker, rule: -t nat -A POSTROUTING -o flannel0 -j MASQUERADE }
  - { node: master, rule: -t nat -A POSTROUTING -o flannel0 -j MASQUERADE }
  - { node: master, agent: flanneld, restart: [sh, -c, '! mkdir /run/tried-${onFailure}'] }
`;

async function apply(workbench: Workbench, name: string, onFailure: string): Promise<void> {
  const file = `${onFailure}.hoplens-plan.yaml`;
  writeFileSync(join(workbench.folder, file), plan(name, onFailure));
  await workbench.openFile(file);
  await workbench.runCommand('Hoplens: Apply Plan…');
  await (await workbench.dialog('to worker, master?')).press('Apply');
}

liveJourney(
  'a plan that fails on its second node is taken back on both, or stops there, as it says',
  {},
  { settings: { 'hoplens.nodes': [{ name: 'worker' }, { name: 'master' }] } },
  async (workbench, lab) => {
    const rules = async (): Promise<string[]> => [
      (await lab.run('worker', RULES)).stdout,
      (await lab.run('master', RULES)).stdout,
    ];
    const before = await rules();
    await readNodes(workbench, ['worker', 'master']);

    await apply(workbench, 'All or nothing', 'revert-all');
    const failed = await workbench.notification('All or nothing was not applied');
    await workbench.screenshot('plan-reverted-all');
    assert.equal(
      await failed.text(),
      [
        'All or nothing was not applied. worker is as it was before. master is as it was before.',
        'master: the restart of flanneld failed: exit code 1.',
      ].join(' '),
    );
    assert.deepEqual(await rules(), before);

    await apply(workbench, 'As far as it goes', 'stop');
    const stopped = await workbench.notification('As far as it goes was not applied to all nodes');
    assert.match(
      await stopped.text(),
      /all nodes\. worker is changed\. master is as it was before\. master: the restart/,
    );
    const applied = await workbench.notification('is applied to worker.');
    await workbench.screenshot('plan-stopped');
    await applied.press('Keep');
    await workbench.notification('As far as it goes: worker stays changed. master is as it was before.');
    await workbench.screenshot('plan-stopped-kept');
    const [worker = '', master] = await rules();
    assert.match(worker, /^-A POSTROUTING -o flannel0 -j MASQUERADE$/m);
    assert.equal(master, before[1]);
  },
);
