import type { Locator, Page } from 'playwright-core';
import { QuickInput } from './quick-input';
import { until } from './wait';

const lines = '.editor-group-container.active .editor-instance .view-lines .view-line';

/** How long a hover may take to appear, before it is asked for again. */
const ASKED_MS = 3000;

/** Runs in the page: the middle of the first `word` in sight, on a line that contains `onLine`. */
const placeOf = (word: string, onLine: string): string => `(() => {
  const [word, onLine] = ${JSON.stringify([word, onLine])};
  for (const line of document.querySelectorAll(${JSON.stringify(lines)})) {
    const text = line.textContent.replaceAll('\\u00a0', ' ');
    const start = text.includes(onLine) ? text.indexOf(word) : -1;
    if (start < 0) continue;
    const range = document.createRange();
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    let [offset, started] = [0, false];
    for (let node = walker.nextNode(); node; offset += node.length, node = walker.nextNode()) {
      if (!started && start < offset + node.length) started = !range.setStart(node, start - offset);
      if (started && start + word.length <= offset + node.length) {
        range.setEnd(node, start + word.length - offset);
        const box = range.getBoundingClientRect();
        return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      }
    }
  }
})()`;

/** The text editor that has the focus. */
export class Editor {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** The label of the active tab. */
  async title(): Promise<string> {
    const tab = this.page.locator('.editor-group-container.active .tab.active');
    return (await tab.getAttribute('data-resource-name')) ?? '';
  }

  /** The lines in sight. */
  async text(): Promise<string> {
    const inSight = await this.page
      .locator(lines)
      .evaluateAll((elements: Iterable<LineElement>) =>
        Array.from(elements, ({ style, textContent }) => ({ top: parseFloat(style.top), text: textContent ?? '' })),
      );
    return inSight
      .sort((one, other) => one.top - other.top)
      .map(({ text }) => text.replaceAll('\u00a0', ' '))
      .join('\n');
  }

  /** Waits until the lines in sight contain `text`. */
  async toShow(text: string): Promise<void> {
    await until(`the editor to show “${text}”`, async () => (await this.text()).includes(text));
  }

  /** Puts the cursor at the start of a line, counted from 1, and the line in sight. */
  async goToLine(line: number): Promise<void> {
    await this.page.keyboard.press('F1');
    const box = await new QuickInput(this.page).opened();
    await box.answer(`:${line}`);
    const number = this.page.locator('.editor-group-container.active .line-numbers.active-line-number');
    await until(`line ${line}`, async () => (await number.allInnerTexts()).includes(String(line)));
  }

  /**
   * Moves the mouse over a word in sight and reads what appears, once it says `saying`: several providers answer one
   * after the other. `onLine`: a part of the line that is meant.
   */
  async hover(word: string, saying: RegExp, onLine: string = word): Promise<string> {
    const shown = this.page.locator('.monaco-editor .monaco-hover .hover-contents').filter({ visible: true });
    const read = async (): Promise<string | undefined> => {
      const text = (await shown.allInnerTexts()).join('\n').trim();
      return saying.test(text) ? text : undefined;
    };
    // The editor asks once: before the extension is there, in vain. So the mouse leaves and comes back.
    return until(`a hover over “${word}” that says ${String(saying)}`, async () => {
      await this.page.mouse.move(0, 0);
      await shown.first().waitFor({ state: 'hidden' });
      await this.moveTo(word, onLine);
      return until('an answer', read, ASKED_MS).catch(() => undefined);
    });
  }

  /** Follows a link to a definition, as Ctrl and a click do. */
  async followLink(word: string, onLine: string = word): Promise<void> {
    await this.page.keyboard.down('Control');
    await this.moveTo(word, onLine);
    await this.page.locator('.goto-definition-link').first().waitFor();
    await this.page.mouse.down();
    await this.page.mouse.up();
    await this.page.keyboard.up('Control');
  }

  /** The actions shown above lines. */
  codeLens(text: string): Locator {
    return this.page.locator('.editor-group-container.active .codelens-decoration a', { hasText: text }).first();
  }

  /** A link in the hover that is shown. */
  hoverLink(text: string): Locator {
    return this.page.locator('.monaco-editor .monaco-hover a').filter({ hasText: text, visible: true }).first();
  }

  /** Clicks a word in sight. `onLine`: a part of the line that is meant. */
  async clickOn(word: string, onLine: string = word, button: 'left' | 'right' = 'left'): Promise<void> {
    await this.moveTo(word, onLine);
    await this.page.mouse.down({ button });
    await this.page.mouse.up({ button });
  }

  private async moveTo(word: string, onLine: string): Promise<void> {
    const place = await until(`“${word}” in the editor`, () =>
      this.page.evaluate<{ x: number; y: number } | undefined>(placeOf(word, onLine)),
    );
    // Not in one jump: the editor takes a mouse that comes out of nowhere for one that was there before.
    await this.page.mouse.move(place.x - 3, place.y, { steps: 2 });
    await this.page.mouse.move(place.x, place.y, { steps: 3 });
  }
}

interface LineElement {
  readonly style: { readonly top: string };
  readonly textContent: string | null;
}
