import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { FrameLocator } from 'playwright-core';

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const axe = readFileSync(createRequire(resolve('package.json')).resolve('axe-core/axe.min.js'), 'utf8');

/** Holds a webview's page to the rules of WCAG 2.2 AA that can be checked without a human. */
export async function assertAccessible(panel: FrameLocator): Promise<void> {
  const main = await panel.locator('main').elementHandle();
  const frame = await main.ownerFrame();
  assert.ok(frame);
  await frame.evaluate(axe);
  const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const run = async (context: object, options: object): Promise<Violation[]> => {
    const call = `axe.run(${JSON.stringify(context)}, ${JSON.stringify(options)})`;
    return (await frame.evaluate<{ violations: Violation[] }>(call)).violations;
  };
  // The colours of a dump's text are those that the user's theme has for it, as in every editor.
  const violations = [
    ...(await run({ exclude: ['.monaco-editor'] }, { runOnly: ['color-contrast'] })),
    ...(await run({ include: ['html'] }, { runOnly, rules: { 'color-contrast': { enabled: false } } })),
  ];
  const told = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary ?? ''}`).join('\n')}`,
  );
  assert.deepEqual(told, []);
}
