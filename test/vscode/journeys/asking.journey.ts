import { openDemo } from '../demo';
import { chooseFromMenu } from '../parts/menu';
import type { Workbench } from '../workbench';
import { journey } from './journey';

const CLUSTER = 'Demo: g4 and g5';
const CHAIN = 'KUBE-SVC-HNA5R2CPQRNO3GDR';
const ANSWER = /gets no reply: the reply comes in on eth0 of worker, where strict rp_filter drops it/;

/** From a dump the node that it is from is offered first: Enter is enough. */
async function fromWhereItIs(workbench: Workbench): Promise<void> {
  await (await workbench.quickInput.toAsk('From where?')).accept();
  await workbench.toShow(ANSWER);
}

async function openRules(workbench: Workbench): Promise<void> {
  await openDemo(workbench);
  const nodes = await workbench.section('Nodes');
  await nodes.tree.press([CLUSTER, 'worker', 'iptables', 'nat', CHAIN], 'Reveal in Dump');
  await workbench.editor.toShow(`Chain ${CHAIN}`);
}

journey(
  'asking from a lens, a link in a hover, an address, a finding and a rule',
  { size: { width: 1700, height: 1000 } },
  async (workbench) => {
    const { editor, page } = workbench;
    await openRules(workbench);
    const lens = editor.codeLens('Trace to default/g4 (10.0.0.103:80)…');
    await lens.waitFor();
    await workbench.screenshot('asking-lens');
    await lens.click();
    await fromWhereItIs(workbench);

    await page.keyboard.press('Control+W');
    await editor.toShow(`Chain ${CHAIN}`);
    await editor.hover('10.0.0.103', /service address: service default\/g4/);
    await workbench.screenshot('asking-hover');
    await editor.hoverLink('Trace to 10.0.0.103:80…').click();
    await fromWhereItIs(workbench);

    await page.keyboard.press('Control+W');
    await editor.toShow(`Chain ${CHAIN}`);
    await editor.clickOn('10.0.0.103', '10.0.0.103', 'right');
    await chooseFromMenu(page, ['Trace to This Address…']);
    await fromWhereItIs(workbench);

    const panel = await workbench.webview('worker → default/g4');
    await panel.locator('.finding').first().getByText('rp_filter').first().click({ button: 'right' });
    await chooseFromMenu(page, ['Trace from This Node…']);
    await (await workbench.quickInput.toAsk('To which service, pod, address or name?')).accept();
    await workbench.toShow(ANSWER);

    const nodes = await workbench.section('Nodes');
    const rule = [CLUSTER, 'worker', 'iptables', 'nat', 'KUBE-SERVICES', /to 10\.0\.0\.103 /];
    await nodes.tree.contextMenu(rule, 'Trace to Here…');
    await (await workbench.quickInput.toAsk('From where?')).choose('worker');
    await workbench.toShow(ANSWER);
  },
);
