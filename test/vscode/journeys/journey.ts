import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../../scripts/lib/chromium.mjs';
import type { WorkbenchOptions } from '../options';
import { Workbench } from '../workbench';

const LIMIT_MS = 120_000;

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

const fileName = (title: string): string => title.toLowerCase().replace(/[^a-z0-9]+/g, '-');

/** Declares a test that walks through a window of its own, as a user would. Where it fails, it leaves a picture. */
export function journey(title: string, options: WorkbenchOptions, walk: (workbench: Workbench) => Promise<void>): void {
  test(title, { timeout: LIMIT_MS }, async (context) => {
    const workbench = await Workbench.open(browser, options);
    try {
      await walk(workbench);
    } catch (error) {
      context.diagnostic(`see ${await workbench.saveFailure(fileName(title))}`);
      throw error;
    } finally {
      await workbench.close();
    }
  });
}
