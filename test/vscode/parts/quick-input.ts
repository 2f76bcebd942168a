import type { Locator, Page } from 'playwright-core';
import { List, type Row } from './list';
import { until } from './wait';

/** How long an answer may take to be taken, before it is given again. */
const TAKEN_MS = 1500;

/** The box at the top of the window that asks for a choice or a text. One step of a question; wait for each anew. */
export class QuickInput {
  private readonly page: Page;
  private readonly root: Locator;
  private readonly input: Locator;
  private readonly list: List;

  constructor(page: Page) {
    this.page = page;
    this.root = page.locator('.quick-input-widget');
    this.input = this.root.locator('.quick-input-box input');
    this.list = new List(this.root.locator('.quick-input-list .monaco-list'), this.input);
  }

  async opened(): Promise<this> {
    await this.input.waitFor();
    return this;
  }

  /** Waits until the box asks this: the text is part of its title, its placeholder or its message. */
  async toAsk(question: string): Promise<this> {
    await until(`the question “${question}”`, async () => (await this.question()).includes(question));
    return this;
  }

  /** Title, placeholder and message, one a line; empty if the box is closed. */
  async question(): Promise<string> {
    if (!(await this.root.isVisible())) return '';
    const texts = this.root.locator('.quick-input-title, .quick-input-message');
    const shown = await texts.filter({ visible: true }).allInnerTexts();
    return [...shown, (await this.input.getAttribute('placeholder')) ?? ''].join('\n');
  }

  /** What there is to choose from, as far as it is in sight. */
  async items(): Promise<string[]> {
    return (await this.list.rows()).map((row) => row.label);
  }

  async filter(text: string): Promise<void> {
    await this.input.fill(text);
  }

  /** Clicks an item; in a box of many choices, its check box. */
  async choose(label: string): Promise<void> {
    const find = async (): Promise<Row | undefined> => {
      await this.list.scrollToTop();
      do {
        const found = (await this.list.rows()).find((candidate) => candidate.label === label);
        if (found !== undefined) return found;
      } while (await this.list.scroll('PageDown'));
      return undefined;
    };
    await this.list.act(`“${label}” among the choices`, find, (element, limit) =>
      element.locator('.label-name').first().click(limit),
    );
  }

  /** Types an answer and presses Enter. */
  async answer(text: string): Promise<void> {
    await this.input.fill(text);
    await this.accept();
  }

  /** Answers where a file is asked for: the box shows a folder first, and takes no answer until it has read it. */
  async answerPath(path: string): Promise<void> {
    await until(`${path} to be taken`, async () => {
      await this.answer(path);
      return this.root.waitFor({ state: 'hidden', timeout: TAKEN_MS }).then(
        () => true,
        () => false,
      );
    });
  }

  /** Presses Enter. */
  async accept(): Promise<void> {
    await this.input.press('Enter');
  }

  /** Presses Escape. */
  async cancel(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.root.waitFor({ state: 'hidden' });
  }
}
