import { openDemo, traceFromPalette, traceTheDemo } from '../demo';
import { assertAccessible } from '../parts/accessibility';
import { journey } from './journey';

journey('a pinned trace is held against that of another node, also after a reload', {}, async (workbench) => {
  await openDemo(workbench);
  await traceTheDemo(workbench);
  await workbench.runCommand('Hoplens: Pin Trace');
  await workbench.toShow('Pinned: worker → default/g4');
  await traceFromPalette(workbench, 'master', 'default/g4', /connects; the server sees 192\.168\.199\.238/);
  await workbench.runCommand('Hoplens: Compare Trace with…');
  const which = await workbench.quickInput.toAsk('Compare with which trace?');
  await which.choose('worker → default/g4 · Demo: g4 and g5');
  const difference =
    /There it gets no reply .*; here it connects\. The first step that differs: the request on master, route: there .*flannel0.*, here .*docker0/;
  await workbench.toShow(difference);
  const panel = await workbench.webview('master → default/g4');
  await assertAccessible(panel);
  await workbench.screenshot('compared');

  await workbench.reload();
  await workbench.toShow(difference);
  const again = await workbench.webview('master → default/g4');
  await again.getByRole('button', { name: 'Stop Comparing' }).click();
  await again.getByText(difference).waitFor({ state: 'hidden' });
});
