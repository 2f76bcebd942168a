import type { FrameLocator, Locator, Page } from 'playwright-core';
import { within } from './text';
import { until } from './wait';

/** The dump beside the steps of a trace, in the trace's webview. */
export class DumpPane {
  readonly root: Locator;

  constructor(
    private readonly page: Page,
    private readonly panel: FrameLocator,
  ) {
    this.root = panel.getByRole('complementary', { name: /\S/ });
  }

  /** Waits until a line that contains `text` is marked as that of the step. */
  async toShow(text: string): Promise<void> {
    await until(`the line of the step in the pane to be “${text}”`, async () =>
      (await this.marked('.shown-line')).some((line) => line.includes(text)),
    );
  }

  /** The lines in sight that have a mark. */
  async marked(mark: '.shown-line' | '.matched-line'): Promise<string[]> {
    // All at once: Monaco makes lines and marks anew while it is scrolled.
    const places = await this.root.locator(`.view-line, ${mark}`).evaluateAll((elements) =>
      elements.map((element) => ({
        y: element.getBoundingClientRect().y,
        line: element.matches('.view-line') ? element.textContent.replaceAll('\u00a0', ' ') : undefined,
      })),
    );
    const marks = new Set(places.filter(({ line }) => line === undefined).map(({ y }) => y));
    return places.flatMap(({ y, line }) => (line !== undefined && marks.has(y) ? [line] : []));
  }

  /** Moves the mouse over a word, and reads what appears. `onLine`: a part of its line. */
  async hover(word: string, onLine: string): Promise<string> {
    const shown = this.panel.locator('.monaco-hover .hover-contents').filter({ visible: true });
    const token = lineOf(this.root, onLine).locator('span:not(:has(*))').filter({ hasText: word }).first();
    const box = await until(`“${word}” in the pane`, async () => (await token.boundingBox()) ?? undefined);
    await this.page.mouse.move(box.x + 2, box.y + box.height / 2, { steps: 3 });
    await shown.first().waitFor();
    return (await shown.allInnerTexts()).join('\n').trim();
  }
}

/** The tokens of the first line in sight with `text`, in an editor below `root`: each as its text and its colour. */
export async function coloursOf(root: Locator, text: string): Promise<string[]> {
  const line = lineOf(root, text);
  await line.waitFor();
  const tokens = await line
    .locator('span:not(:has(*))')
    .evaluateAll((spans) =>
      spans.map((span) => [span.textContent.replaceAll('\u00a0', ' ').trim(), getComputedStyle(span).color]),
    );
  return tokens.filter(([word]) => word !== '').map((token) => token.join(' '));
}

/** The first line in sight with `text`. */
function lineOf(root: Locator, text: string): Locator {
  return root
    .locator('.view-line')
    .filter({ hasText: within(text) })
    .first();
}
