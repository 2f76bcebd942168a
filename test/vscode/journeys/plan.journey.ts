import assert from 'node:assert/strict';
import { traceFromPalette } from '../demo';
import { readNodes } from '../live-nodes';
import { until } from '../parts/wait';
import type { Workbench } from '../workbench';
import { liveJourney } from './journey';

/** The rules of a node, without counters and times. */
const RULES = "sudo iptables-save | sed -e '/^#/d' -e 's/.[0-9]*:[0-9]*.$//'";

async function goToTab(workbench: Workbench, name: RegExp): Promise<void> {
  await workbench.page.getByRole('tab', { name }).first().click();
}

liveJourney(
  'the fix of the founding case: from the finding to a plan, reviewed, applied, green, not kept, and taken back',
  {},
  { settings: { 'hoplens.nodes': [{ name: 'worker' }, { name: 'master' }] }, size: { width: 1500, height: 900 } },
  async (workbench, lab) => {
    const before = await lab.run('worker', RULES);
    await readNodes(workbench, ['worker', 'master']);
    await traceFromPalette(workbench, 'worker', 'default/g4', /gets no reply: the reply comes in on eth0 of worker/);
    const panel = await workbench.webview('worker → default/g4');
    await panel
      .locator('.finding', { hasText: '-o flannel0 -j MASQUERADE' })
      .getByRole('button', { name: 'Make a Plan…' })
      .first()
      .click();
    await workbench.editor.toShow('rule: -t nat -A POSTROUTING -o flannel0 -j MASQUERADE');
    await workbench.editor.goToLine(3);
    await workbench.page.keyboard.press('End');
    for (let digits = 2; digits > 0; digits--) await workbench.page.keyboard.press('Backspace');
    await workbench.page.keyboard.type('45');
    await workbench.editor.toShow('confirmWithin: 45');
    await workbench.editor.hover('confirmWithin', /Seconds within which the change is kept/);

    await workbench.runCommand('Hoplens: Review Plan');
    await workbench.toShow(/will\swork\sthat\sdid\snot/);
    await workbench.screenshot('plan-review');

    await goToTab(workbench, /hoplens-plan/);
    await workbench.runCommand('Hoplens: Apply Plan…');
    const question = await workbench.dialog('to worker?');
    assert.match(await question.text(), /worker: iptables -t nat -A POSTROUTING -o flannel0 -j MASQUERADE/);
    await workbench.screenshot('plan-confirm');
    await question.press('Apply');
    await workbench.notification('is applied to worker');
    assert.match((await lab.curl('worker', '10.0.0.103')) ?? 'no answer', /^10\.1\.\d+\.0$/);
    await goToTab(workbench, /worker → default\/g4/);
    await workbench.toShow(/connects; the server sees 10\.1\.\d+\.0/);
    await workbench.screenshot('plan-applied');

    await until(
      'the plan to be taken back',
      async () => (await workbench.page.getByText('everything is as it was before').count()) > 0,
      60_000,
    );
    assert.equal((await lab.run('worker', RULES)).stdout, before.stdout);
    assert.equal(await lab.curl('worker', '10.0.0.103'), undefined);
    await workbench.toShow(/gets no reply: the reply comes in on eth0 of worker/);
    await workbench.runCommand('Hoplens: Show Applied Plans');
    await workbench.quickInput.toAsk('Applied plans');
    await workbench.screenshot('plan-journal');
  },
);
