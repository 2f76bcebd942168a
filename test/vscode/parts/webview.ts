import type { FrameLocator, Page } from 'playwright-core';
import { until } from './wait';

/** Waits for the webview with this title (that of its tab) and gets into its page, two frames deep. */
export function webview(page: Page, title: string): Promise<FrameLocator> {
  return until(`the webview “${title}”`, async () => {
    for (const outer of await page.locator('iframe.webview.ready').filter({ visible: true }).all()) {
      const inner = outer.contentFrame().locator('iframe#active-frame');
      if ((await inner.count()) === 1 && (await inner.getAttribute('title')) === title) return inner.contentFrame();
    }
    return undefined;
  });
}

/** Waits until `text` is in sight, wherever: in the workbench or in a webview. */
export async function toShow(page: Page, text: string | RegExp): Promise<void> {
  await until(`“${text}” on the screen`, async () => {
    const counts = page.frames().map((frame) => frame.getByText(text).filter({ visible: true }).count());
    return (await Promise.allSettled(counts)).some((count) => count.status === 'fulfilled' && count.value > 0);
  });
}
