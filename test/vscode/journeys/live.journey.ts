import assert from 'node:assert/strict';
import { traceFromPalette } from '../demo';
import type { Workbench } from '../workbench';
import { liveJourney } from './journey';

async function acceptHostKey(workbench: Workbench, node: string): Promise<string> {
  const question = await workbench.dialog('is unknown. Connect?');
  const text = await question.text();
  await workbench.screenshot(`live-host-key-${node}`);
  await question.press('Accept and Remember');
  await question.toGo();
  return text;
}

liveJourney(
  'live nodes: added, read, traced, saved; and traced again when they are gone',
  {},
  { settings: { 'hoplens.nodes': [{ name: 'master' }] } },
  async (workbench, lab) => {
    const nodes = await workbench.section('Nodes');
    assert.match((await nodes.tree.item('Live nodes', 'master')).description, /not read yet/);

    await workbench.runCommand('Hoplens: Add Node…');
    const host = await workbench.quickInput.toAsk('Pick a host of the SSH configuration');
    assert.ok((await host.items()).includes('worker'));
    await host.choose('worker');
    assert.match(await acceptHostKey(workbench, 'worker'), /ssh-ed25519 key: SHA256:/);
    await nodes.tree.expand('Live nodes', 'worker', 'iptables', 'nat');
    await workbench.screenshot('live-worker');

    await nodes.tree.select('Live nodes', 'master');
    await acceptHostKey(workbench, 'master');
    await nodes.tree.expand('Live nodes', 'master', 'Interfaces');

    await nodes.tree.press(['Live nodes', 'worker', 'iptables', 'nat'], 'Reveal in Dump');
    await workbench.editor.toShow('*nat');
    const rule = ['Live nodes', 'worker', 'iptables', 'nat', 'KUBE-SERVICES', /10\.0\.0\.103/];
    await nodes.tree.press(rule, 'Reveal in Dump');
    await workbench.editor.hover('10.0.0.103/32', /TCP packets to 10\.0\.0\.103 \(service default\/g4\), port 80/);
    await workbench.screenshot('live-hover');

    const cause = /gets no reply: the reply comes in on eth0 of worker, where strict rp_filter drops it/;
    await traceFromPalette(workbench, 'worker', 'default/g4', cause);
    const panel = await workbench.webview('worker → default/g4');
    // Its sysctls were read: nothing is left to assume.
    assert.equal(await panel.locator('.outcome').count(), 1);
    await workbench.screenshot('live-trace');
    await panel
      .getByRole('link', { name: /worker iptables-save/ })
      .first()
      .click();
    await workbench.editor.toShow('--to-destination 10.1.63.3:80');

    await workbench.runCommand('Hoplens: Save Snapshot…');
    const file = await workbench.quickInput.toAsk('Save Snapshot');
    await file.answer(`${workbench.folder}/lab.hoplens.json`);
    await workbench.notification('Saved as');
    await lab.close();
    await workbench.runCommand('Hoplens: Remove Node');
    await (await workbench.quickInput.toAsk('Which node?')).choose('worker');
    await workbench.runCommand('Hoplens: Remove Node');
    await (await workbench.quickInput.toAsk('Which node?')).choose('master');
    await workbench.openFile('lab.hoplens.json');
    await workbench.runCommand('Hoplens: Open Snapshot…');
    const chosen = await workbench.quickInput.toAsk('Open Snapshot');
    await chosen.answer(`${workbench.folder}/lab.hoplens.json`);
    assert.deepEqual(await nodes.tree.children('lab'), ['master', 'worker']);
    await traceFromPalette(workbench, 'worker', 'default/g4', cause);
    await workbench.screenshot('live-snapshot');
  },
);
