import { openDemo, traceTheDemo } from '../demo';
import { THEMES } from '../options';
import { assertAccessible } from '../parts/accessibility';
import { journey } from './journey';

/* What the parts look like under each kind of theme: pictures to look at, of states that are waited for. */
for (const theme of Object.keys(THEMES) as (keyof typeof THEMES)[]) {
  journey(`views, dump and trace under ${theme}`, { theme, size: { width: 1500, height: 1000 } }, async (workbench) => {
    await openDemo(workbench);
    const nodes = await workbench.section('Nodes');
    for (const part of ['Interfaces', 'Overlay', 'DNS', 'Agents', 'Pods and containers'])
      await nodes.tree.expand('Demo: g4 and g5', 'worker', part);
    await workbench.screenshot(`views-${theme}`);
    await traceTheDemo(workbench);
    const panel = await workbench.webview('worker → default/g4');
    await workbench.screenshot(`answer-${theme}`);
    await assertAccessible(panel);
    await panel.getByText('Otherwise').scrollIntoViewIfNeeded();
    await workbench.screenshot(`trace-${theme}`);
  });
}

journey('the walkthrough', { size: { width: 1600, height: 900 } }, async (workbench) => {
  const nodes = await workbench.section('Nodes');
  await nodes.root.getByText('Take the walkthrough').click();
  await workbench.toShow('Get Started with Hoplens');
  // In the picture beside the step.
  await workbench.toShow('192.168.199.238');
  await workbench.screenshot('walkthrough');
});
