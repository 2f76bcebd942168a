import type { Locator, Page } from 'playwright-core';
import { exactly } from './text';

/** A notification or a dialog: a text and buttons. */
export class Message {
  private readonly root: Locator;

  constructor(root: Locator) {
    this.root = root;
  }

  /** What it says, without its buttons. */
  async text(): Promise<string> {
    const parts = '.notification-list-item-message, .dialog-message-text, .dialog-message-detail';
    return (await this.root.locator(parts).filter({ visible: true }).allInnerTexts()).join('\n');
  }

  async press(button: string): Promise<void> {
    await this.root
      .locator('.monaco-button, .monaco-text-button')
      .filter({ hasText: exactly(button) })
      .first()
      .click();
  }

  /** Waits until it has gone. */
  async toGo(): Promise<void> {
    await this.root.waitFor({ state: 'hidden' });
  }
}

/** Waits for a notification that contains `text`. */
export async function notification(page: Page, text: string): Promise<Message> {
  const root = page.locator('.notification-list-item').filter({ hasText: text }).first();
  await root.waitFor();
  return new Message(root);
}

/** Waits for a modal dialog that contains `text`. */
export async function dialog(page: Page, text: string): Promise<Message> {
  const root = page.locator('.monaco-dialog-box').filter({ hasText: text });
  await root.waitFor();
  return new Message(root);
}
