import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDemo, traceTheDemo } from '../demo';
import type { Workbench } from '../workbench';
import { assertAccessible } from '../parts/accessibility';
import { until } from '../parts/wait';
import { journey } from './journey';

/** The SYN leaves twice by the tunnel, and no SYN+ACK comes. */
const SYN = 'IP 192.168.1.12.50724 > 10.1.63.3.80: Flags [S], seq 3250104472, win 29200, length 0';
const CARRIER = 'IP 192.168.1.12.8285 > 192.168.199.238.8285: UDP, length 60';
const TIMES = ['12:50:42.739209', '12:50:43.739500'];
const LOST = {
  'flannel0.txt': TIMES.map((time) => `${time} ${SYN}\n`).join(''),
  'any.txt': TIMES.map((time) => `${time} flannel0 Out ${SYN}\n${time} eth0  Out ${CARRIER}\n`).join(''),
};

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

journey(
  "the founding document's captures over its trace, kept over a reload, and removed",
  { theme: 'light', size: { width: 1500, height: 1000 }, files: { 'eth0.txt': noted('eth0') } },
  async (workbench) => {
    await openDemo(workbench);
    await traceTheDemo(workbench);
    await layOver(workbench, 'eth0.txt', 'worker: eth0');
    await workbench.toShow(/agrees with/);
    await workbench.reload();
    await workbench.toShow(/agrees with/);
    const panel = await workbench.webview('worker → default/g4');
    const captured = panel.getByRole('region', { name: 'What was captured' });
    await captured.getByText(/eth0\.txt: worker eth0,\s+\d of \d packets are of this trace/).waitFor();
    assert.equal(await panel.locator('.way').first().locator('.backward .mark.seen').count(), 1);
    await workbench.screenshot('captures-light');
    await captured.getByRole('button', { name: 'Remove' }).click();
    await captured.waitFor({ state: 'hidden' });
    assert.equal(await panel.locator('.mark').count(), 0);
  },
);

journey(
  'two captures of an attempt pick its outcome, and show where the others part from it',
  { size: { width: 1500, height: 1000 }, files: LOST },
  async (workbench) => {
    await openDemo(workbench);
    await traceTheDemo(workbench);
    await layOver(workbench, 'flannel0.txt', 'worker: flannel0');
    await workbench.toShow(/agrees with 2 outcomes of 3/);
    await layOver(workbench, 'any.txt', 'worker: any interface');
    await workbench.toShow(
      /agrees with one outcome of 3: dropped, if net\.ipv4\.conf\.flannel0\.rp_filter = 1 on master/,
    );
    const panel = await workbench.webview('worker → default/g4');
    const [main, other] = [panel.locator('.outcome').first(), panel.locator('.outcome').nth(1)];
    assert.equal(await main.locator('.way .mark.seen').count(), 2);
    assert.equal(await main.locator('.way .mark.not-seen').count(), 0);
    await other.locator('summary').first().click();
    await other.getByText(/speaks against it: no SYN\+ACK comes in on eth0 of worker/).waitFor();
    await other.locator('.way .backward').getByRole('img', { name: 'not seen' }).waitFor();
    await assertAccessible(panel);
    await workbench.screenshot('captures-differ');
  },
);
