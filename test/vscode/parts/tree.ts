import type { Locator, Page } from 'playwright-core';
import { List, type Row } from './list';
import { chooseFromMenu, menuShows } from './menu';
import { until } from './wait';

/** A way down a tree: the labels of its items, from the top. A RegExp is for labels that vary. */
export type TreePath = readonly (string | RegExp)[];

const matches = (row: Row, label: string | RegExp): boolean =>
  typeof label === 'string' ? row.label === label : label.test(row.label);

const inWords = (path: TreePath): string => `the tree item ${path.join(' › ')}`;

/** How long an item may take to be acted on, before it is looked for again. */
const ACTED_MS = 2000;

export class Tree {
  private readonly page: Page;
  private readonly list: List;

  constructor(page: Page, root: Locator) {
    this.page = page;
    this.list = new List(root);
  }

  /** Expands all items on the way, and the last one. */
  async expand(...path: TreePath): Promise<void> {
    await this.find([...path, /(?:)/]);
  }

  /** Clicks the item, which selects it and runs its command. Expands what is above it. */
  async select(...path: TreePath): Promise<void> {
    await this.act(path, (element, limit) => element.locator('.label-name').click(limit));
    await until(`${path.join(' › ')} to be selected`, async () => {
      const element = this.list.element(await this.find(path));
      return (await element.getAttribute('aria-selected', { timeout: ACTED_MS })) === 'true';
    });
  }

  /** The item's label and its description, the dimmed text. */
  async item(...path: TreePath): Promise<{ label: string; description: string }> {
    return this.find(path);
  }

  /** The labels right below an item, or at the top. */
  async children(...path: TreePath): Promise<string[]> {
    const labels: string[] = [];
    const level = path.length + 1;
    let row: Row | undefined = await this.find([...path, /(?:)/]);
    const from = row.index;
    for (let next = from; row !== undefined && row.level >= level; next++) {
      if (row.level === level) labels.push(row.label);
      row = await this.rowAt(next + 1);
    }
    return labels;
  }

  /** Chooses from an item's context menu; more than one entry goes through submenus. */
  async contextMenu(path: TreePath, ...entries: string[]): Promise<void> {
    // A menu closes when something else takes the focus, and then has to be opened anew.
    await until(`the menu of ${inWords(path)}`, async () => {
      await this.act(path, (element, limit) => element.locator('.label-name').click({ button: 'right', ...limit }));
      const opened = await menuShows(this.page, entries[0] ?? '');
      if (!opened) await this.page.keyboard.press('Escape');
      return opened;
    });
    await chooseFromMenu(this.page, entries);
  }

  /** Presses one of the buttons that an item shows when the mouse is over it. */
  async press(path: TreePath, button: string): Promise<void> {
    await this.act(path, async (element, limit) => {
      await element.hover(limit);
      await element.getByRole('button', { name: button }).click(limit);
    });
  }

  /** What the item's hover says. */
  async hover(...path: TreePath): Promise<string> {
    await this.act(path, (element, limit) => element.locator('.label-name').hover(limit));
    return until('the hover of a tree item', async () => {
      const texts = await this.page.locator('.workbench-hover .hover-contents').allInnerTexts();
      return texts.join('\n').trim() || undefined;
    });
  }

  private act(path: TreePath, action: (element: Locator, limit: { timeout: number }) => Promise<void>): Promise<void> {
    return this.list.act(inWords(path), () => this.lookFor(path), action);
  }

  private find(path: TreePath): Promise<Row> {
    return until(inWords(path), () => this.lookFor(path));
  }

  /** Goes from the top to the item, expands what is above it, and leaves it in sight. */
  private async lookFor(path: TreePath): Promise<Row | undefined> {
    await this.list.scrollToTop();
    let above: Row | undefined;
    for (const [depth, label] of path.entries()) {
      if (above !== undefined) await this.expandRow(above);
      above = await this.below(above, (row) => row.level === depth + 1 && matches(row, label));
      if (above === undefined) return undefined;
    }
    return above;
  }

  private async expandRow(row: Row): Promise<void> {
    const current = (await this.list.rows()).find(({ index }) => index === row.index);
    if (current?.expanded !== false) return;
    const twistie = this.list.element(row).locator('.monaco-tl-twistie');
    await twistie.click({ timeout: ACTED_MS }).catch(() => undefined);
  }

  /** The first item below `above`, or at all, that is `wanted`; scrolls down as far as needed. */
  private async below(above: Row | undefined, wanted: (row: Row) => boolean): Promise<Row | undefined> {
    for (;;) {
      const rows = (await this.list.rows()).filter((row) => above === undefined || row.index > above.index);
      const end = rows.findIndex((row) => row.level <= (above?.level ?? 0));
      const found = (end < 0 ? rows : rows.slice(0, end)).find(wanted);
      if (found !== undefined || end >= 0 || !(await this.list.scroll('PageDown'))) return found;
    }
  }

  private async rowAt(index: number): Promise<Row | undefined> {
    for (;;) {
      const row = (await this.list.rows()).find((candidate) => candidate.index === index);
      if (row !== undefined || !(await this.list.scroll('PageDown'))) return row;
    }
  }
}
