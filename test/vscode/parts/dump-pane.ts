import type { FrameLocator, Locator, Page } from 'playwright-core';
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
    const marks = await Promise.all((await this.root.locator(mark).all()).map((each) => each.boundingBox()));
    const lines = await this.root.locator('.view-line').all();
    const texts = await Promise.all(
      lines.map(async (line) => {
        const box = await line.boundingBox();
        return marks.some((each) => each && each.y === box?.y) ? [await textOf(line)] : [];
      }),
    );
    return texts.flat();
  }

  /** Moves the mouse over a word, and reads what appears. `onLine`: a part of its line. */
  async hover(word: string, onLine: string): Promise<string> {
    const shown = this.panel.locator('.monaco-hover .hover-contents').filter({ visible: true });
    const box = await (await this.word(word, onLine)).boundingBox();
    if (!box) throw new Error(`“${word}” is not in sight.`);
    await this.page.mouse.move(box.x + 2, box.y + box.height / 2, { steps: 3 });
    await shown.first().waitFor();
    return (await shown.allInnerTexts()).join('\n').trim();
  }

  private word(word: string, onLine: string): Promise<Locator> {
    return until(`“${word}” in the pane`, async () => {
      const line = await lineOf(this.root, onLine);
      return line?.locator('span:not(:has(*))').filter({ hasText: word }).first();
    });
  }
}

/** The tokens of the first line in sight with `text`, in an editor below `root`: each as its text and its colour. */
export async function coloursOf(root: Locator, text: string): Promise<string[]> {
  const line = await until(`“${text}” in the editor`, () => lineOf(root, text));
  const tokens = await line
    .locator('span:not(:has(*))')
    .evaluateAll((spans) =>
      spans.map((span) => [span.textContent.replaceAll('\u00a0', ' ').trim(), getComputedStyle(span).color]),
    );
  return tokens.filter(([word]) => word !== '').map((token) => token.join(' '));
}

async function lineOf(root: Locator, text: string): Promise<Locator | undefined> {
  for (const line of await root.locator('.view-line').all()) if ((await textOf(line)).includes(text)) return line;
  return undefined;
}

async function textOf(line: Locator): Promise<string> {
  return ((await line.textContent()) ?? '').replaceAll('\u00a0', ' ');
}
