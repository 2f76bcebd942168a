import assert from 'node:assert/strict';
import { traceFromPalette } from '../demo';
import { FAULTS } from '../../lab/faults';
import { until } from '../parts/wait';
import type { Workbench } from '../workbench';
import { liveJourney } from './journey';

async function acceptHostKey(workbench: Workbench, node: string): Promise<string> {
  const question = await workbench.dialog(`The host key of ${node} is unknown. Connect?`);
  const text = await question.text();
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
    await workbench.dialog('No secret has been sent yet');
    await workbench.screenshot('live-host-key');
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
    await file.answerPath(`${workbench.folder}/lab.hoplens.json`);
    await workbench.notification('Saved as');
    await lab.close();
    await workbench.runCommand('Hoplens: Remove Node');
    await (await workbench.quickInput.toAsk('Which node?')).choose('worker');
    await workbench.runCommand('Hoplens: Remove Node');
    await (await workbench.quickInput.toAsk('Which node?')).choose('master');
    await workbench.openFile('lab.hoplens.json');
    await workbench.runCommand('Hoplens: Open Snapshot…');
    const chosen = await workbench.quickInput.toAsk('Open Snapshot');
    await chosen.answerPath(`${workbench.folder}/lab.hoplens.json`);
    assert.deepEqual(await nodes.tree.children('lab'), ['master', 'worker']);
    await traceFromPalette(workbench, 'worker', 'default/g4', cause);
    await workbench.screenshot('live-snapshot');
  },
);

liveJourney(
  'nodes that fail say how, each for itself',
  { faults: true },
  {
    settings: { 'hoplens.nodes': ['worker', ...Object.keys(FAULTS)].map((name) => ({ name })) },
    theme: 'light',
    size: { width: 1500, height: 900 },
  },
  async (workbench) => {
    const nodes = await workbench.section('Nodes');
    await nodes.tree.item('Live nodes', 'worker');
    await workbench.runCommand('Hoplens: Refresh');
    const names = ['worker', ...Object.keys(FAULTS)];
    const shown = new Map<string, string>();
    const busy = /^(not read yet|connecting…|reading…)$/;
    const dialogs = workbench.page.locator('.monaco-dialog-box');
    await until(
      'every node to come to an end',
      async () => {
        const asked = /The host key of (\S+) is unknown/.exec((await dialogs.allInnerTexts()).join());
        if (asked) await acceptHostKey(workbench, asked[1] ?? '');
        // Those that were read stand open; what is below them is in nobody's way once it is closed.
        else for (const name of names) shown.set(name, (await nodes.tree.item('Live nodes', name)).description);
        return shown.size > 0 && ![...shown.values()].some((description) => busy.test(description));
      },
      100_000,
    );
    await workbench.runCommand('Hoplens: Focus on Nodes View');
    await workbench.screenshot('live-faults');
    const says: Record<string, RegExp> = {
      worker: /^192\.168\.1\.12 · this minute$/,
      down: /nothing listens there; check that sshd runs/,
      silent: /was not done within/,
      'changed-key': /The host key of .* has changed/,
      hanging: /partly read/,
      banner: /this minute$/,
      fish: /this minute$/,
      'no-sudo': /partly read/,
      closing: /partly read/,
    };
    for (const name of names) assert.match(shown.get(name) ?? '', says[name] ?? /^$/, name);
    const gaps = async (name: string): Promise<string> =>
      (await nodes.tree.children('Live nodes', name, 'Could not be read')).join('\n');
    assert.match(await gaps('no-sudo'), /iptables-save, .*: only root may read it; log in as root, or let sudo/);
    assert.match(await gaps('closing'), /broke off while it was read/);
    assert.match(await gaps('hanging'), /conntrack .*took more than/);
  },
);
