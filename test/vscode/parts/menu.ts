import type { Locator, Page } from 'playwright-core';
import { exactly } from './text';
import { until } from './wait';

/** How long a menu may take to close, before it is clicked again. */
const CLOSED_MS = 500;
/** How long a menu may take to open, before it is asked for again. */
const SHOWN_MS = 2000;

const itemOf = (page: Page, entry: string): Locator =>
  page
    .locator('.monaco-menu .action-menu-item')
    .filter({ has: page.locator('.action-label', { hasText: exactly(entry) }) })
    .first();

/** Whether a menu with this entry is shown, soon. */
export function menuShows(page: Page, entry: string): Promise<boolean> {
  return itemOf(page, entry)
    .waitFor({ timeout: SHOWN_MS })
    .then(
      () => true,
      () => false,
    );
}

/** Chooses an entry of the menu that is open; all but the last are submenus. */
export async function chooseFromMenu(page: Page, entries: readonly string[]): Promise<void> {
  for (const [depth, entry] of entries.entries()) {
    const item = itemOf(page, entry);
    if (depth < entries.length - 1) await item.hover();
    else await clickUntilGone(item);
  }
}

/** A menu that has just opened ignores clicks, lest the one that opened it chooses from it. */
async function clickUntilGone(item: Locator): Promise<void> {
  await item.waitFor();
  await until('the menu to close', async () => {
    await item.click({ timeout: CLOSED_MS }).catch(() => undefined);
    return item.waitFor({ state: 'hidden', timeout: CLOSED_MS }).then(
      () => true,
      () => false,
    );
  });
}
