import type { Locator } from 'playwright-core';

/** Whether the keyboard goes to an element. */
export function hasFocus(element: Locator): Promise<boolean> {
  return element.evaluate((one) => one.ownerDocument.hasFocus() && one.ownerDocument.activeElement === one);
}
