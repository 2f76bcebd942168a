import type { Locator, Page } from 'playwright-core';
import { exactly } from './text';
import { until } from './wait';

/** How long a list may take to answer a key. */
const MOVED_MS = 1500;
/** How long a row may take to be acted on, before it is looked for again: lists change while they are read. */
const ACTED_MS = 2000;

/** A row that a list has rendered. Lists render only what is in sight; `index` counts all rows. */
export interface Row {
  readonly index: number;
  /** Of a tree, from 1; in a plain list 0. */
  readonly level: number;
  readonly label: string;
  /** The dimmed text after the label. */
  readonly description: string;
  readonly expanded: boolean | undefined;
  readonly isLast: boolean;
}

interface RowElement {
  getAttribute(name: string): string | null;
  querySelector(selector: string): { textContent: string | null } | null;
}

const readRows = (elements: Iterable<RowElement>): Row[] =>
  Array.from(elements)
    .map((element) => ({
      index: Number(element.getAttribute('data-index')),
      level: Number(element.getAttribute('aria-level')),
      label: element.querySelector('.label-name')?.textContent?.trim() ?? '',
      description: element.querySelector('.label-description')?.textContent?.trim() ?? '',
      expanded: element.getAttribute('aria-expanded') ? element.getAttribute('aria-expanded') === 'true' : undefined,
      isLast: element.getAttribute('data-last-element') === 'true',
    }))
    .sort((one, other) => one.index - other.index);

/** VS Code's list widget, below trees and quick picks. It is paged through by key: the wheel moves a row or two. */
export class List {
  private readonly root: Locator;
  private readonly keys: Locator;

  private readonly page: Page;

  /** `keys`: what has the focus when the list listens to keys. */
  constructor(root: Locator, keys: Locator = root) {
    this.page = root.page();
    this.root = root;
    this.keys = keys;
  }

  /** The rows in sight, from the top. */
  rows(): Promise<Row[]> {
    return this.root.locator('.monaco-list-rows > .monaco-list-row').evaluateAll(readRows);
  }

  /** Matches nothing any more once another row has come to this one's place. */
  element(row: Row): Locator {
    return this.root
      .locator(`.monaco-list-rows > .monaco-list-row[data-index="${row.index}"]`)
      .filter({ has: this.page.locator('.label-name', { hasText: exactly(row.label) }) });
  }

  /** Finds a row and does something with it, from the beginning again if it has moved meanwhile. */
  async act<T>(
    what: string,
    find: () => Promise<Row | undefined>,
    action: (element: Locator, limit: { timeout: number }) => Promise<T>,
  ): Promise<T> {
    const done = await until(what, async () => {
      const row = await find();
      if (row === undefined) return undefined;
      // The focus is on the last row that is wholly in sight; the one below it may be cut off.
      if (await this.isCutOff(row)) await this.keys.press('ArrowDown');
      return action(this.element(row), { timeout: ACTED_MS }).then(
        (result) => ({ result }),
        () => undefined,
      );
    });
    return done.result;
  }

  private async isCutOff(row: Row): Promise<boolean> {
    const limit = { timeout: ACTED_MS };
    const [own, list] = await Promise.all([this.element(row).boundingBox(limit), this.root.boundingBox(limit)]);
    return own !== null && list !== null && own.y + own.height > list.y + list.height + 1;
  }

  async scrollToTop(): Promise<void> {
    while (await this.scroll('PageUp'));
  }

  /** Goes a page up or down; pages overlap. False if that is not possible. */
  async scroll(key: 'PageUp' | 'PageDown'): Promise<boolean> {
    const edge = async (): Promise<Row | undefined> => (await this.rows()).at(key === 'PageDown' ? -1 : 0);
    const before = await edge();
    if (before === undefined || (key === 'PageDown' ? before.isLast : before.index === 0)) return false;
    // The first press may only move the focus to the edge.
    for (let presses = 0; presses < 2; presses++) {
      await this.keys.press(key);
      const moved = until('the list to move', async () => (await edge())?.index !== before.index, MOVED_MS);
      if (await moved.catch(() => false)) return true;
    }
    return false;
  }
}
