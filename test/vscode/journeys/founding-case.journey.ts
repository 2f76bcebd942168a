import assert from 'node:assert/strict';
import { openDemo, traceTheDemo } from '../demo';
import type { Workbench } from '../workbench';
import { journey } from './journey';

const CLUSTER = 'Demo: g4 and g5';

/** From the tree to the rule in its dump, the hover, the trace, the finding, and back to the rule it names. */
async function walk(workbench: Workbench, name: string): Promise<void> {
  await openDemo(workbench);
  const nodes = await workbench.section('Nodes');
  assert.deepEqual(await nodes.tree.children(CLUSTER), ['master', 'worker']);
  await nodes.tree.expand(CLUSTER, 'worker', 'iptables', 'nat', 'KUBE-SERVICES');
  await workbench.screenshot(`${name}-tree`);

  await nodes.tree.press([CLUSTER, 'worker', 'iptables', 'nat'], 'Reveal in Dump');
  await workbench.editor.toShow('Chain PREROUTING (policy ACCEPT');
  await nodes.tree.press([CLUSTER, 'worker', 'iptables', 'nat', 'KUBE-SERVICES'], 'Reveal in Dump');
  await workbench.editor.toShow('Chain KUBE-SERVICES');
  const rule = /TCP packets to 10\.0\.0\.103 \(service default\/g4\), port 80/;
  const hover = await workbench.editor.hover('KUBE-SVC-HNA5R2CPQRNO3GDR', rule, '10.0.0.103');
  assert.match(hover, /picks an endpoint of one service \(service default\/g4, kept by kube-proxy\)/);
  await workbench.screenshot(`${name}-hover`);

  await traceTheDemo(workbench);
  const panel = await workbench.webview('worker → default/g4');
  await panel.getByRole('heading', { level: 1 }).waitFor();
  assert.match(await panel.locator('.finding').first().innerText(), /Strict rp_filter on eth0 .* drops it/);
  assert.match(await panel.locator('.finding').first().innerText(), /-t nat -A POSTROUTING -o flannel0 -j MASQUERADE/);
  await workbench.screenshot(`${name}-trace`);

  await panel
    .getByRole('link', { name: /worker iptables-list-nat/ })
    .first()
    .click();
  await workbench.toShow(/to:10\.1\.63\.3:80/);
  assert.equal(await workbench.editor.title(), 'iptables-list-nat.iptables-list');
  await workbench.screenshot(`${name}-rule`);
}

journey('the founding case, from the tree to the rule that the finding names', {}, (workbench) =>
  walk(workbench, 'founding-case'),
);

journey('the same in Restricted Mode', { trusted: false, theme: 'light' }, async (workbench) => {
  await workbench.toShow('Restricted Mode');
  await walk(workbench, 'restricted');
});
