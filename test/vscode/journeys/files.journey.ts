import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { openDemo, traceFromPalette, traceTheDemo } from '../demo';
import { assertAccessible } from '../parts/accessibility';
import { hasFocus } from '../parts/focus';
import { chooseFromMenu } from '../parts/menu';
import { journey } from './journey';

const NOTES = readFileSync('test/fixtures/listings/founding-document.txt', 'utf8');
const SNAPSHOT = readFileSync('dist/demo/second.hoplens.json', 'utf8');
const SAVE = [
  '*filter',
  ':INPUT DROP [0:0]',
  ':FORWARD ACCEPT [0:0]',
  ':OUTPUT ACCEPT [0:0]',
  '-A INPUT -i lo -j ACCEPT',
  '-A INPUT -p tcp -m tcp --dport 22 -m comment --comment "[x](command:workbench.action.quit) <img src=x>" -j GONE',
].join('\n');

journey(
  'the notes of the founding document, saved to a file, are explained',
  { files: { 'notes.iptables-list': NOTES }, open: 'notes.iptables-list' },
  async (workbench) => {
    await workbench.editor.toShow('Chain PREROUTING (policy ACCEPT 56 packets');
    const says =
      /Packets from 10\.1\.97\.0\/24, that do not go out on docker0, get the address of the interface that they leave by as source/;
    await workbench.editor.hover('MASQUERADE', says, '10.1.97.0/24');
    await workbench.screenshot('notes-hover');
  },
);

journey(
  'a dump that is cut off says so, and its comments stay text',
  { files: { 'cut.rules.v4': SAVE }, open: 'cut.rules.v4', theme: 'hc-dark' },
  async (workbench) => {
    await workbench.editor.toShow(':INPUT DROP');
    const hover = await workbench.editor.hover('--dport', /TCP packets port 22 go through GONE/);
    assert.match(hover, /chain GONE does not exist in table filter/);
    await workbench.runCommand('View: Toggle Problems');
    await workbench.toShow(/its COMMIT is missing, so it is cut off/);
    await workbench.screenshot('cut-problems');
  },
);

journey(
  'an own snapshot is opened from the explorer and traced',
  { files: { 'mine.hoplens.json': SNAPSHOT }, theme: 'light' },
  async (workbench) => {
    await workbench.runCommand('View: Show Explorer');
    await workbench.page.getByRole('treeitem', { name: 'mine.hoplens.json' }).click({ button: 'right' });
    await chooseFromMenu(workbench.page, ['Open Snapshot…']);
    const nodes = await workbench.section('Nodes');
    assert.deepEqual(await nodes.tree.children('Demo: g4 and g5'), ['master', 'worker']);
    await traceFromPalette(workbench, 'alpine', 'default/g4', /connects; the server sees 10\.1\.9\.0/);
    await workbench.screenshot('own-snapshot-trace');
  },
);

journey('without a cluster the view offers one', {}, async (workbench) => {
  const nodes = await workbench.section('Nodes');
  assert.match(await nodes.welcome(), /Add a node that you reach over SSH, open a snapshot, or look at the demo/);
  await workbench.screenshot('welcome');
  await nodes.root.getByRole('button', { name: 'Open Demo Cluster' }).click();
  assert.equal((await nodes.tree.item('Demo: g4 and g5', 'worker')).description, '192.168.1.12');
});

journey('context menus trace to and from an entry', { theme: 'hc-light' }, async (workbench) => {
  await openDemo(workbench);
  const services = await workbench.section('Services');
  await services.tree.contextMenu(['Demo: g4 and g5', 'default/g5'], 'Trace to Here…');
  const origin = await workbench.quickInput.toAsk('From where?');
  await origin.choose('master');
  const panel = await workbench.webview('master → default/g5');
  await panel.getByRole('heading', { level: 1, name: /connects; the server sees 192\.168\.199\.238/ }).waitFor();
  await workbench.screenshot('trace-to-here');
});

journey('a fix is traced before it is made', {}, async (workbench) => {
  await openDemo(workbench);
  await traceFromPalette(workbench, 'worker', 'default/g4', /gets no reply/);
  const before = await workbench.webview('worker → default/g4');
  await before.getByRole('button', { name: 'Trace with This Change' }).first().click();
  await workbench.toShow(/connects; the server sees 10\.1\.9\.0/);
  const after = await workbench.webview('worker → default/g4');
  const held = after.getByRole('region', { name: 'Compared with: without the change' });
  const rule =
    /The first step that differs: only here, the request on worker, POSTROUTING nat: -A POSTROUTING -o flannel0/;
  await held.getByText(rule).waitFor();
  await workbench.screenshot('with-fix');
  await assertAccessible(after);
  await after
    .getByRole('row', { name: /-A POSTROUTING -o flannel0 -j MASQUERADE/ })
    .getByRole('link')
    .click();
  await workbench.editor.toShow('-A POSTROUTING -o flannel0 -j MASQUERADE');
});

journey('a trace is there again after a reload of the window', {}, async (workbench) => {
  await openDemo(workbench);
  await traceTheDemo(workbench);
  await workbench.reload();
  await workbench.toShow(/gets no reply: the reply comes in on eth0 of worker, where strict rp_filter drops it/);
  const nodes = await workbench.section('Nodes');
  assert.deepEqual(await nodes.tree.children('Demo: g4 and g5'), ['master', 'worker']);
});

journey('what the snapshot does not hold is settled by a switch', {}, async (workbench) => {
  await openDemo(workbench);
  await traceTheDemo(workbench);
  const panel = await workbench.webview('worker → default/g4');
  const setting = panel.getByRole('group', { name: 'net.ipv4.conf.eth0.rp_filter on worker' });
  await setting.getByRole('radio', { name: '0 or 2' }).press('Space');
  await workbench.toShow(/it depends on net\.ipv4\.conf\.flannel0\.rp_filter of master,/);
  // Who goes by the keyboard goes on where he was.
  assert.ok(await hasFocus(setting.getByRole('radio', { name: '0 or 2' })));
  const other = panel.getByRole('group', { name: 'net.ipv4.conf.flannel0.rp_filter on master' });
  await other.getByRole('radio', { name: '0 or 2' }).check();
  await workbench.toShow(/connects; request and reply take different ways/);
  await workbench.screenshot('settled');
  await setting.getByRole('radio', { name: 'not known' }).check();
  await workbench.toShow(/gets no reply: the reply comes in on eth0 of worker/);
});

journey(
  'a workspace that is not trusted names no nodes',
  {
    trusted: false,
    files: {
      '.vscode/settings.json': JSON.stringify({
        'hoplens.nodes': [{ name: 'theirs', host: '127.0.0.1', port: 1 }],
        'hoplens.sshConfigFile': '/nowhere/config',
      }),
    },
  },
  async (workbench) => {
    await workbench.toShow('Restricted Mode');
    const nodes = await workbench.section('Nodes');
    assert.match(await nodes.welcome(), /Add a node that you reach over SSH/);
    await workbench.runCommand('Workspaces: Manage Workspace Trust');
    await workbench.page.getByRole('button', { name: 'Trust', exact: true }).first().click();
    assert.match((await nodes.tree.item('Live nodes', 'theirs')).description, /not read yet/);
  },
);

journey('a question is typed whole, and asked again from the list', {}, async (workbench) => {
  await openDemo(workbench);
  await workbench.runCommand('Hoplens: Trace Packet…');
  const typed = await workbench.quickInput.toAsk('From where?');
  await typed.filter('worker/alpine -> 10.0.0.103:80/tcp');
  await typed.choose('worker/alpine → 10.0.0.103:80/tcp');
  await workbench.toShow(/connects; the server sees 10\.1\.9\.0/);
  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('Hoplens: Trace Packet…');
  const again = await workbench.quickInput.toAsk('From where?');
  await workbench.screenshot('asked-before');
  await again.choose('worker/alpine → 10.0.0.103:80/tcp');
  await workbench.toShow(/connects; the server sees 10\.1\.9\.0/);
});

journey('an audit shows what fails, and why', { theme: 'light' }, async (workbench) => {
  await openDemo(workbench);
  const nodes = await workbench.section('Nodes');
  await nodes.tree.contextMenu(['Demo: g4 and g5'], 'Audit Services');
  const panel = await workbench.webview('Audit: Demo: g4 and g5');
  const row = panel.getByRole('row', { name: /^worker / }).first();
  await row.waitFor();
  assert.match(await row.innerText(), /^worker\s+no reply\s+depends/);
  await workbench.screenshot('audit');
  await row.getByRole('link', { name: 'no reply' }).click();
  await workbench.toShow(/gets no reply: the reply comes in on eth0 of worker/);
});

journey('an edit of the rules is traced while it is typed', { theme: 'light' }, async (workbench) => {
  await openDemo(workbench);
  await traceTheDemo(workbench);
  const nodes = await workbench.section('Nodes');
  const chain = ['Demo: g4 and g5', 'worker', 'iptables', 'nat', 'POSTROUTING'];
  await nodes.tree.press(chain, 'Reveal in Dump');
  await workbench.editor.toShow('Chain POSTROUTING');
  await workbench.runCommand('Hoplens: Edit a Copy and Trace It');
  await workbench.toShow('Demo: g4 and g5 (edited)');
  // Below the head of the chain and of its columns.
  await workbench.page.keyboard.press('ArrowDown');
  await workbench.page.keyboard.press('End');
  await workbench.page.keyboard.press('Enter');
  await workbench.page.keyboard.type(
    '    0     0 MASQUERADE  all  --  *      flannel0  0.0.0.0/0            0.0.0.0/0',
  );
  await workbench.toShow(/connects; the server sees 10\.1\.9\.0/);
  await workbench.screenshot('edited');
});
