import type { Locator, Page } from 'playwright-core';
import { Tree } from './tree';
import { until } from './wait';

/** How long a click may take to show a container. */
const SHOWN_MS = 1500;

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
    const text = this.root.locator('.welcome-view-content');
    return until('the text of an empty view', async () => (await text.innerText()).trim() || undefined);
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
  // A click hides the container where a command has shown it meanwhile: then another is needed.
  await until(`the container ${container}`, async () => {
    if (await heading.isVisible()) return true;
    await page.locator('.part.activitybar').getByRole('tab', { name: container }).click();
    return heading.waitFor({ timeout: SHOWN_MS }).then(
      () => true,
      () => false,
    );
  });
  const header = page.locator(`.pane-header[aria-label="${title} Section"]`);
  const pane = sideBar.locator('.pane').filter({ has: header });
  await pane.waitFor();
  if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
  return new Section(page, pane);
}
