import type { FrameLocator } from 'playwright-core';
import { openDemo, traceTheDemo } from '../demo';
import { THEMES } from '../options';
import { assertAccessible } from '../parts/accessibility';
import { until } from '../parts/wait';
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

    // What remains of the window at 200 %: nothing is cut off, nor has to be scrolled sideways.
    await workbench.page.setViewportSize({ width: 750, height: 500 });
    await panel.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded();
    await until('the drawing from the top to the bottom', async () => (await widestPart(panel)) <= 0);
    await panel.locator('.way').first().scrollIntoViewIfNeeded();
    await workbench.screenshot(`zoomed-${theme}`);
    await assertAccessible(panel);
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

/** How many pixels the widest part of a page reaches beyond the page, or beyond where it can be seen. */
function widestPart(panel: FrameLocator): Promise<number> {
  return panel
    .locator('body, .way, .steps, pre')
    .evaluateAll((parts) => Math.max(...parts.map((part) => part.scrollWidth - part.clientWidth)));
}
