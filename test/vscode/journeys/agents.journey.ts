import assert from 'node:assert/strict';
import { openDemo } from '../demo';
import { journey } from './journey';

/** From the tree to flannel's configuration in etcd, a change of it, and the plan that would make it. */
journey(
  "flannel's configuration is edited, and becomes a plan",
  { theme: 'light', size: { width: 1500, height: 800 } },
  async (workbench) => {
    await openDemo(workbench);
    const nodes = await workbench.section('Nodes');
    await nodes.tree.select('Demo: g4 and g5', 'master', 'Agents', 'flanneld', '/coreos.com/network/config');
    await workbench.editor.toShow('"Type": "udp"');
    const said = await workbench.editor.hover('Type', /Backend\.Type: one of udp, vxlan, host-gw/);
    assert.match(said, /A node ignores the leases of another backend/);
    await workbench.screenshot('agents-hover');

    await workbench.runCommand('View: Focus Active Editor Group');
    for (const key of ['Control+End', 'Home']) await workbench.page.keyboard.press(key);
    // Behind the quote before udp.
    const column = '{ "Network": "10.1.0.0/16", "Backend": { "Type": "'.length;
    for (let at = 0; at < column; at++) await workbench.page.keyboard.press('ArrowRight');
    for (let at = 0; at < 3; at++) await workbench.page.keyboard.press('Delete');
    await workbench.page.keyboard.press('Control+Space');
    await workbench.toShow('host-gw');
    await workbench.screenshot('agents-completion');
    await workbench.page.keyboard.press('Escape');
    // The editor saves what is not finished yet by itself: it is marked, and nobody is told otherwise.
    await workbench.page.locator('.tab.active:not(.dirty)', { hasText: 'config.json' }).waitFor();
    await workbench.page.locator('.squiggly-error').first().waitFor();
    assert.equal(await workbench.page.getByText('No plan is made').count(), 0);
    await workbench.page.keyboard.type('vxlan');
    await workbench.page.keyboard.press('Escape');
    await workbench.page.keyboard.press('Control+s');
    await workbench.toShow('hoplensPlan: 1');
    await workbench.toShow('Backend.Type: vxlan');
    await workbench.page.getByRole('tab', { name: /^flanneld-master\.hoplens-plan\.yaml/ }).waitFor();
    assert.equal(await workbench.editor.title(), 'config.json');
    await workbench.screenshot('agents-plan');
  },
);
