import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/lib/chromium.mjs';
import { linkExtension } from '../../scripts/lib/linked-extension.mjs';
import { temporaryFolder } from '../../scripts/lib/temp.mjs';
import { until } from '../vscode/parts/wait';
import { Workbench } from '../vscode/workbench';
import { largeNode, serviceAddress } from './large-node';
import { KEYS, writePanelExtension } from './panel-extension';

/*
 * From the request to the first answer in the panel, beside an empty panel in the same window: both by a key, both until
 * the page's heading has been painted. The first trace is of a snapshot that has just
 * been read, and that nobody has looked into.
 */

const ROUNDS = 7;
/** Of five rules each: 20,000 rules. */
const SERVICES = 4000;
const MOST = 2;

/**
 * In every frame, in ms of one clock: when a key was pressed last; and, in the frame around a webview's page, when the page
 * was shown with a heading.
 */
const CLOCK = `(() => {
  const now = () => performance.timeOrigin + performance.now();
  addEventListener('keydown', () => { window.pressedAt = now(); }, true);
  const look = () => requestAnimationFrame(() => {
    const text = document.querySelector('iframe#active-frame')?.contentDocument?.querySelector('h1')?.textContent;
    if (!text) return look();
    requestAnimationFrame(() => { window.heading = { at: now(), text }; });
  });
  if (window !== window.top) look();
})()`;

interface Heading {
  readonly at: number;
  readonly text: string;
}

const headingIn = (frame: Frame): Promise<Heading | undefined> =>
  frame.evaluate<Heading | undefined>('window.heading').catch(() => undefined);

/** How long a panel takes to show its heading, in milliseconds. */
async function panelTime(page: Page, key: string, heading: RegExp): Promise<number> {
  await page.keyboard.press(key);
  const shown = await until(`a panel that says ${String(heading)}`, async () => {
    const found = await Promise.all(page.frames().map(headingIn));
    return found.find((one) => one && heading.test(one.text));
  });
  const start = await page.evaluate<number>('window.pressedAt');
  await page.keyboard.press(KEYS.close);
  await until('the panel to close', async () => (await page.locator('iframe.webview').count()) === 0);
  return shown.at - start;
}

const median = (times: readonly number[]): number =>
  times.toSorted((one, other) => one - other)[times.length >> 1] ?? NaN;

const data = temporaryFolder('bench');
const extensions = join(data.path, 'extensions');
mkdirSync(extensions);
linkExtension(extensions);
const snapshot = join(data.path, 'large.hoplens.json');
writeFileSync(snapshot, JSON.stringify(largeNode(SERVICES)));
writePanelExtension(extensions, snapshot, {
  from: 'node',
  to: `${serviceAddress(SERVICES - 1)}:80`,
  protocol: 'tcp',
});

process.env['HOPLENS_EXTENSIONS'] = extensions;
const browser = await launchBrowser();
const workbench = await Workbench.open(browser, { scripts: [CLOCK] });
try {
  const { page } = workbench;
  const monaco: string[] = [];
  page.on('request', (request) => {
    if (/\/dist\/webview\/monaco/.test(request.url())) monaco.push(request.url());
  });
  await workbench.toShow('bench is ready');
  const times = { empty: [] as number[], first: [] as number[], next: [] as number[] };
  // The first round is what is the same for every panel of a window.
  for (let round = 0; round <= ROUNDS; round++) {
    await page.keyboard.press(KEYS.read);
    await workbench.toShow(`read ${round + 1}`);
    const empty = await panelTime(page, KEYS.empty, /^Empty$/);
    const first = await panelTime(page, KEYS.trace, /connects/);
    const next = await panelTime(page, KEYS.trace, /connects/);
    if (round === 0) continue;
    times.empty.push(empty);
    times.first.push(first);
    times.next.push(next);
  }
  const [empty, first, next] = [median(times.empty), median(times.first), median(times.next)];
  const row = (name: string, ms: number): string =>
    `${name.padEnd(30)}${`${ms.toFixed(0)} ms`.padStart(10)}${`${(ms / empty).toFixed(2)} ×`.padStart(10)}`;
  console.log(`\nfrom request to panel, ${SERVICES * 5} rules, median of ${ROUNDS}`);
  console.log(row('an empty panel', empty));
  console.log(row('the first trace of a snapshot', first));
  console.log(row('the next trace', next));
  const failures = [
    ...(first > MOST * empty ? [`the first answer takes more than ${MOST} times an empty panel`] : []),
    ...monaco.map((address) => `Monaco was loaded: ${address}`),
  ];
  for (const failure of failures) console.error(`Failed: ${failure}.`);
  if (failures.length > 0) process.exitCode = 1;
} catch (error) {
  console.error(`See ${await workbench.saveFailure('bench')}`);
  throw error;
} finally {
  await workbench.close();
  await browser.close();
  data.remove();
}
