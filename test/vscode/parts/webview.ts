import type { FrameLocator, Page } from 'playwright-core';
import { until } from './wait';

/**
 * Waits for the webview with this title (that of its tab) and gets into its page, two frames deep. The locator holds on to
 * this webview, also while the extension gives it another page; a reload of the window makes another webview.
 */
export function webview(page: Page, title: string): Promise<FrameLocator> {
  return until(`the webview “${title}”`, async () => {
    const shown = page.locator('iframe.webview.ready').filter({ visible: true });
    const names = await shown.evaluateAll((frames: HTMLIFrameElement[]) => frames.map(({ name }) => name));
    for (const name of names) {
      const inner = page.locator(`iframe.webview[name="${name}"]`).contentFrame().locator('iframe#active-frame');
      const titles = await inner.evaluateAll((frames: HTMLIFrameElement[]) => frames.map((frame) => frame.title));
      if (titles.includes(title)) return inner.contentFrame();
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
