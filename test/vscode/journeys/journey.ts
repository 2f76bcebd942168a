import { after, before, test, type TestContext } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../../scripts/lib/chromium.mjs';
import { whyNoLab } from '../../../scripts/lib/why-no-lab.mjs';
import { Lab } from '../../lab/lab';
import type { LabOptions } from '../../lab/options';
import type { WorkbenchOptions } from '../options';
import { Workbench } from '../workbench';

const LIMIT_MS = 120_000;

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

const fileName = (title: string): string => title.toLowerCase().replace(/[^a-z0-9]+/g, '-');

type Walk = (workbench: Workbench) => Promise<void>;

/** Declares a test that walks through a window of its own, as a user would. Where it fails, it leaves a picture. */
export function journey(title: string, options: WorkbenchOptions, walk: Walk): void {
  test(title, { timeout: LIMIT_MS }, (context) => take(context, title, options, walk));
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
  test(title, { timeout: LIMIT_MS }, async (context) => {
    const reason = whyNoLab();
    if (reason !== undefined) {
      context.skip(`there can be no lab: ${reason}`);
      return;
    }
    const lab = await Lab.up(labOptions);
    try {
      const settings = { 'hoplens.sshConfigFile': lab.sshConfig, ...options.settings };
      await take(context, title, { ...options, settings }, (workbench) => walk(workbench, lab));
    } finally {
      await lab.close();
    }
  });
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
