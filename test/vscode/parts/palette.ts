import { basename } from 'node:path';
import type { Page } from 'playwright-core';
import { exactly } from './text';
import { until } from './wait';

/**
 * How long the palette may take to list a command it knows, before it is opened anew: it does not update itself, and
 * closes when something else takes the focus.
 */
const LISTED_MS = 2000;

/** Opens the file of this absolute path. */
export async function openByName(page: Page, path: string): Promise<void> {
  await page.keyboard.press('Control+P');
  const box = page.locator('.quick-input-widget');
  await box.locator('.quick-input-box input').fill(path);
  await box
    .locator('.quick-input-list .monaco-list-row')
    .filter({ hasText: basename(path) })
    .first()
    .click();
}

export async function chooseCommand(page: Page, title: string): Promise<void> {
  const box = page.locator('.quick-input-widget');
  const entry = box.locator('.quick-input-list .monaco-list-row').filter({
    has: page.locator('.label-name', { hasText: exactly(title) }),
  });
  await until(`the command “${title}”`, async () => {
    await page.keyboard.press('F1');
    const limit = { timeout: LISTED_MS };
    const chosen = await box
      .locator('.quick-input-box input')
      .fill(`>${title}`, limit)
      .then(() => entry.click(limit))
      .then(
        () => true,
        () => false,
      );
    if (!chosen) await page.keyboard.press('Escape');
    return chosen;
  });
}
