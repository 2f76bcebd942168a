import type { Locator, Page } from 'playwright-core';
import { Tree } from './tree';

/** One view in the side bar. */
export class Section {
  readonly root: Locator;
  readonly tree: Tree;
  private readonly header: Locator;

  constructor(page: Page, root: Locator) {
    this.root = root;
    this.header = root.locator('.pane-header');
    this.tree = new Tree(page, root.getByRole('tree'));
  }

  /** The text in place of an empty tree, buttons included. */
  welcome(): Promise<string> {
    return this.root.locator('.welcome-view-content').innerText();
  }

  /** Presses a button in the view's title, or in the text of an empty view. */
  async press(button: string): Promise<void> {
    await this.header.hover();
    await this.root.getByRole('button', { name: button }).first().click();
  }
}

/** Shows the container (its icon in the activity bar) if it is not shown, and the view in it, expanded. */
export async function showSection(page: Page, container: string, title: string): Promise<Section> {
  const sideBar = page.locator('.part.sidebar');
  const heading = sideBar.locator('.composite.title h2', { hasText: container });
  if (!(await heading.isVisible()))
    await page.locator('.part.activitybar').getByRole('tab', { name: container }).click();
  const header = page.locator(`.pane-header[aria-label="${title} Section"]`);
  const pane = sideBar.locator('.pane').filter({ has: header });
  await pane.waitFor();
  if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
  return new Section(page, pane);
}
