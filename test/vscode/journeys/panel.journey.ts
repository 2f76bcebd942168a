import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDemo, traceFromPalette, traceTheDemo } from '../demo';
import { until } from '../parts/wait';
import { journey } from './journey';

/** The demo, with a node whose name is markup. */
const HOSTILE = '"><script>alert(1)<&amp;';

function hostileSnapshot(demo: string): string {
  const snapshot = JSON.parse(demo) as { nodes: { name: string }[] };
  for (const node of snapshot.nodes) if (node.name === 'worker') node.name = HOSTILE;
  return JSON.stringify(snapshot);
}

const demo = await readFile('dist/demo/second.hoplens.json', 'utf8');

journey(
  'a trace saved as an image shows names of nodes as text',
  { files: { 'odd.hoplens.json': hostileSnapshot(demo) }, size: { width: 1500, height: 1000 } },
  async (workbench) => {
    await workbench.runCommand('Hoplens: Open Snapshot…');
    await (await workbench.quickInput.opened()).answerPath(join(workbench.folder, 'odd.hoplens.json'));
    await traceFromPalette(workbench, HOSTILE, 'default/g4', /gets no reply/);
    await workbench.runCommand('Hoplens: Save Trace as Image…');
    await (await workbench.quickInput.opened()).answerPath(join(workbench.folder, 'way.svg'));
    // Where the box was quicker than the answer, it has taken the name that it proposes itself.
    const svg = await until('the image', async () => {
      const file = (await readdir(workbench.folder)).find((name) => name.endsWith('.svg'));
      return file !== undefined && (await readFile(join(workbench.folder, file), 'utf8'));
    });
    assert.doesNotMatch(svg, /<script/);

    // As a program that is strict reads it, and draws it.
    const image = await workbench.page.context().browser()?.newPage();
    assert.ok(image);
    await image.goto(`data:image/svg+xml,${encodeURIComponent(svg)}`);
    const texts = await image.locator('svg text').allTextContents();
    for (const text of [HOSTILE, 'master', 'master/default/g4', 'Request →', 'Reply ←'])
      assert.ok(texts.includes(text), text);
    assert.ok(
      texts.some((text) => /^\d+ dropped: rp_filter/.test(text)),
      texts.join('\n'),
    );
    assert.match(texts.join(' '), /gets no reply: the reply comes in on eth0/);
    await image.screenshot({ path: 'test/out/screenshots/trace-image.png' });
    await image.close();
  },
);

journey(
  'what is in sight of a trace stays there while it is traced anew',
  { size: { width: 900, height: 600 } },
  async (workbench) => {
    await openDemo(workbench);
    await traceTheDemo(workbench);
    const panel = await workbench.webview('worker → default/g4');
    const answer = panel.getByRole('heading', { level: 1 });
    const before = await answer.innerText();
    const choices = panel.locator('form.switches');
    const choice = choices.getByRole('radio', { name: '1', exact: true }).first();
    // What stands above is scrolled away, and changes.
    await choice.evaluate((input) => {
      input.scrollIntoView({ block: 'start' });
    });
    const y = async (): Promise<number> => Math.round((await choice.boundingBox())?.y ?? NaN);
    const at = await y();
    const scrolled = (): Promise<number> => panel.locator('html').evaluate(({ scrollTop }) => scrollTop);
    assert.ok((await scrolled()) > 0);
    await choice.check();
    await until('another answer', async () => (await answer.innerText()) !== before);
    assert.equal(await y(), at);
    assert.ok((await scrolled()) > 0);
  },
);
