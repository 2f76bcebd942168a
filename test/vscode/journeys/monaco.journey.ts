import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { FrameLocator, Locator } from 'playwright-core';
import { openDemo, traceTheDemo } from '../demo';
import { THEMES } from '../options';
import { assertAccessible } from '../parts/accessibility';
import { coloursOf, DumpPane } from '../parts/dump-pane';
import { hasFocus } from '../parts/focus';
import { until } from '../parts/wait';
import type { Workbench } from '../workbench';
import { journey } from './journey';

const SIZE = { width: 1700, height: 1000 };
/** The rule that gives the packet its new destination: as the step has it, and as the output does. */
const STEP = '--to-destination 10.1.63.3:80';
const LINE = 'to:10.1.63.3:80';
const CHAIN = 'KUBE-SEP-5JOZ6TEFPOCD3V2R';

const panelOf = (workbench: Workbench): Promise<FrameLocator> => workbench.webview('worker → default/g4');

async function paneOf(workbench: Workbench): Promise<DumpPane> {
  return new DumpPane(workbench.page, await panelOf(workbench));
}

async function switchOf(workbench: Workbench, step: string): Promise<Locator> {
  const rows = (await panelOf(workbench)).getByRole('row').filter({ hasText: step });
  return rows.getByRole('button', { name: 'Show Dump Here' }).first();
}

/** What the content policy of the page lets styles come from. */
async function stylePolicy(workbench: Workbench): Promise<string> {
  const meta = (await panelOf(workbench)).locator('meta[http-equiv="Content-Security-Policy"]');
  return /style-src[^;]*/.exec((await meta.getAttribute('content')) ?? '')?.[0] ?? '';
}

/** The names of the extension's files that pages have asked for, as they come. */
function filesOfPages(workbench: Workbench): string[] {
  const names: string[] = [];
  workbench.page.on('request', (request) => {
    const name = /\/dist\/webview\/([^/?]+)/.exec(request.url())?.[1];
    if (name !== undefined) names.push(name);
  });
  return names;
}

journey('from a step to its dump beside the trace, and to the editor', { size: SIZE }, async (workbench) => {
  const files = filesOfPages(workbench);
  await openDemo(workbench);
  await traceTheDemo(workbench);
  assert.equal(files.length, 0);
  assert.doesNotMatch(await stylePolicy(workbench), /unsafe-inline/);

  await (await switchOf(workbench, STEP)).click();
  const pane = await paneOf(workbench);
  await pane.toShow(LINE);
  assert.ok(files.includes('monaco.js'));
  assert.match(await stylePolicy(workbench), /unsafe-inline/);
  assert.deepEqual((await pane.marked('.matched-line')).filter((line) => /DNAT|MASQUERADE/.test(line)).length, 1);
  const told = await pane.hover('DNAT', LINE);
  await workbench.screenshot('dump-beside-hover');

  await pane.root.getByRole('button', { name: 'Open in Editor' }).click();
  await workbench.editor.toShow(LINE);
  assert.equal(await workbench.editor.title(), 'iptables-list-nat.iptables-list');
  // There are links in the editor's, too.
  const toldThere = await workbench.editor.hover('DNAT', /10\.1\.63\.3/, LINE);
  assert.equal(toldThere.replace(/\s*Trace to 10\.1\.63\.3:80…/, ''), told);
});

journey('the dump beside a trace goes by the keyboard and stays over a reload', { size: SIZE }, async (workbench) => {
  await openDemo(workbench);
  await traceTheDemo(workbench);
  const { keyboard } = workbench.page;
  await (await switchOf(workbench, STEP)).press('Enter');
  await (await paneOf(workbench)).toShow(LINE);
  await workbench.reload();
  const pane = await paneOf(workbench);
  await pane.toShow(LINE);

  const text = pane.root.getByRole('textbox', { name: /^Dump, read-only/ });
  await (await switchOf(workbench, '-A KUBE-SERVICES -d 10.0.0.103/32')).press('Enter');
  await pane.toShow('10.0.0.103');
  await until('the focus in the text', () => hasFocus(text));
  await keyboard.press('Shift+Tab');
  await until('the focus before the text', () => hasFocus(pane.root.getByRole('button', { name: 'Close' })));
  await keyboard.press('Tab');
  await until('the focus in the text again', () => hasFocus(text));
  await keyboard.press('Escape');
  const shown = await until('the page without a dump', async () => {
    const button = await switchOf(workbench, '-A KUBE-SERVICES -d 10.0.0.103/32');
    return (await hasFocus(button)) && button;
  });
  assert.equal(await shown.getAttribute('aria-pressed'), 'false');
  assert.equal(await pane.root.count(), 0);
  assert.doesNotMatch(await stylePolicy(workbench), /unsafe-inline/);
});

for (const theme of Object.keys(THEMES) as (keyof typeof THEMES)[]) {
  journey(
    `the dump beside a trace has the colours of the editor under ${theme}`,
    { theme, size: SIZE },
    async (workbench) => {
      await openDemo(workbench);
      await traceTheDemo(workbench);
      await (await switchOf(workbench, STEP)).click();
      const pane = await paneOf(workbench);
      await pane.toShow(LINE);
      await workbench.screenshot(`dump-beside-${theme}`);
      await assertAccessible(await panelOf(workbench));
      const lines = [`Chain ${CHAIN} (`, '10.1.63.3 ', 'MASQUERADE'];
      const here = await Promise.all(lines.map((line) => coloursOf(pane.root, line)));
      await pane.root.getByRole('button', { name: 'Open in Editor' }).click();
      await workbench.editor.toShow(LINE);
      const editor = workbench.page.locator('.editor-group-container.active .editor-instance');
      for (const [at, line] of lines.entries())
        await until(`the colours of “${line}” as in the pane: ${here[at]?.join(', ')}`, async () =>
          isDeepStrictEqual(await coloursOf(editor, line), here[at]),
        );
      assert.ok(new Set(here.flat().map((token) => token.replace(/^\S+ /, ''))).size > 3);
    },
  );
}

journey('the dump beside a trace follows a change of the theme', { size: SIZE }, async (workbench) => {
  await openDemo(workbench);
  await traceTheDemo(workbench);
  await (await switchOf(workbench, STEP)).click();
  const pane = await paneOf(workbench);
  await pane.toShow(LINE);
  // Keywords are blue in the editor's light themes (light_vs.json, "keyword"), on white.
  await workbench.runCommand('Preferences: Toggle between Light/Dark Themes');
  await until('the colours of a light theme', async () =>
    (await coloursOf(pane.root, `Chain ${CHAIN} (`)).includes('Chain rgb(0, 0, 255)'),
  );
  const background = pane.root.locator('.monaco-editor-background').first();
  const of = (element: Element): string => getComputedStyle(element).backgroundColor;
  await until('a light background', async () => (await background.evaluate(of)) === 'rgb(255, 255, 255)');
  await workbench.screenshot('dump-beside-theme-changed');
});
