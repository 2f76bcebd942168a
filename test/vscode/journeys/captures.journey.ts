import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDemo, traceTheDemo } from '../demo';
import type { Workbench } from '../workbench';
import { until } from '../parts/wait';
import { journey } from './journey';

const noted = (device: string): string => readFileSync(`media/demo/second/worker/host/tcpdump-${device}.txt`, 'utf8');

/** Lays a file of the workspace over the trace, as taken on an interface of the worker. */
async function layOver(workbench: Workbench, file: string, place: string): Promise<void> {
  await workbench.runCommand('Hoplens: Lay Capture over Trace…');
  const which = await workbench.quickInput.toAsk('Which capture?');
  await which.choose('Open a File…');
  // The box shows a folder first, and takes no answer until it has read it; then it asks on.
  await until('the next question', async () => {
    const { quickInput } = workbench;
    if ((await quickInput.question()).includes('Where was it taken?')) return true;
    await quickInput.answer(join(workbench.folder, file));
    return false;
  });
  const where = await workbench.quickInput.toAsk('Where was it taken?');
  await where.filter('');
  await where.choose(place);
}

for (const theme of ['dark', 'light'] as const)
  journey(
    `the founding document's captures over its trace, ${theme}`,
    {
      theme,
      size: { width: 1500, height: 1000 },
      files: { 'eth0.txt': noted('eth0') },
    },
    async (workbench) => {
      await openDemo(workbench);
      await traceTheDemo(workbench);
      await layOver(workbench, 'eth0.txt', 'worker: eth0');
      await workbench.toShow(/agrees with/);
      const panel = await workbench.webview('worker → default/g4');
      const way = panel.locator('.way').first();
      await panel.getByRole('region', { name: 'What was captured' }).waitFor();
      assert.equal(await way.locator('.backward .mark.seen').count(), 1);
      await workbench.screenshot(`captures-${theme}`);
    },
  );
