import { after, before, test, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../../scripts/lib/chromium.mjs';
import { whyNoLab } from '../../../scripts/lib/why-no-lab.mjs';
import { Lab } from '../../lab/lab';
import type { LabOptions } from '../../lab/options';
import type { WorkbenchOptions } from '../options';
import { Workbench } from '../workbench';

/** Of one try. */
const LIMIT_MS = 120_000;
const TRIES = 2;

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

const fileName = (title: string): string => title.toLowerCase().replace(/[^a-z0-9]+/g, '-');

type Walk = (workbench: Workbench) => Promise<void>;

/**
 * Declares a test that walks through a window of its own, as a user would. Where it fails, it leaves a picture, and is
 * tried once more: browser and workbench take the focus at times that nobody can foresee. What the first try stumbled
 * over is told in any case.
 */
export function journey(title: string, options: WorkbenchOptions, walk: Walk): void {
  test(title, { timeout: TRIES * LIMIT_MS }, (context) => tryTwice(context, () => take(context, title, options, walk)));
}

/**
 * The same beside a lab of real nodes, whose ssh_config Hoplens is set to read. It goes with the journey, if it is not
 * closed before; where there can be none the journey is skipped.
 */
export function liveJourney(
  title: string,
  labOptions: LabOptions,
  options: WorkbenchOptions,
  walk: (workbench: Workbench, lab: Lab) => Promise<void>,
): void {
  test(title, { timeout: TRIES * LIMIT_MS }, async (context) => {
    const reason = whyNoLab();
    if (reason !== undefined) {
      context.skip(`there can be no lab: ${reason}`);
      return;
    }
    await tryTwice(context, async () => {
      const lab = await Lab.up(labOptions);
      try {
        const settings = { 'hoplens.sshConfigFile': lab.sshConfig, ...options.settings };
        await take(context, title, { ...options, settings }, (workbench) => walk(workbench, lab));
      } finally {
        await lab.close();
      }
    });
  });
}

async function tryTwice(context: TestContext, attempt: () => Promise<void>): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    context.diagnostic(`tried once more, because of: ${inspect(error)}`);
    await attempt();
  }
}

async function take(context: TestContext, title: string, options: WorkbenchOptions, walk: Walk): Promise<void> {
  const workbench = await Workbench.open(browser, options);
  try {
    await walk(workbench);
  } catch (error) {
    context.diagnostic(`see ${await workbench.saveFailure(fileName(title))}`);
    throw error;
  } finally {
    await workbench.close();
  }
}
