import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNodes } from '../live-nodes';
import { liveJourney } from './journey';

const RULES = 'sudo iptables -t nat -S POSTROUTING';
const PLAN = `hoplensPlan: 1
name: The fix
confirmWithin: 120
changes:
  - { node: worker, rule: -t nat -A POSTROUTING -o flannel0 -j MASQUERADE }
`;

liveJourney(
  'a plan is applied, seen to work on the wire, and kept; and taken back later',
  {},
  { settings: { 'hoplens.nodes': [{ name: 'worker' }, { name: 'master' }] } },
  async (workbench, lab) => {
    const before = await lab.run('worker', RULES);
    await readNodes(workbench, ['worker', 'master']);
    writeFileSync(join(workbench.folder, 'fix.hoplens-plan.yaml'), PLAN);
    await workbench.openFile('fix.hoplens-plan.yaml');
    await workbench.runCommand('Hoplens: Apply Plan…');
    await (await workbench.dialog('to worker?')).press('Apply');
    const applied = await workbench.notification('is applied to worker');
    assert.match(await applied.text(), /worker → 10\.0\.0\.103:80 was tried and connects\./);
    await workbench.screenshot('plan-kept');
    await applied.press('Keep');
    await workbench.notification('The fix is kept.');
    assert.match((await lab.curl('worker', '10.0.0.103')) ?? 'no answer', /^10\.1\.\d+\.0$/);

    await workbench.runCommand('Hoplens: Show Applied Plans');
    await (await workbench.quickInput.toAsk('Applied plans')).answer('worker: kept');
    const back = await workbench.dialog('on worker?');
    assert.match(await back.text(), /iptables -t nat -D POSTROUTING -o flannel0 -j MASQUERADE/);
    await back.press('Revert');
    await (await workbench.notification('Revert of The fix is applied to worker')).press('Keep');
    await workbench.notification('Revert of The fix is kept.');
    assert.equal((await lab.run('worker', RULES)).stdout, before.stdout);
    assert.equal(await lab.curl('worker', '10.0.0.103'), undefined);
  },
);
