// Runs test/vscode/journeys/**/*.journey.ts in a real workbench, with screenshots in test/out/:
//   node scripts/vscode-journeys.mjs [--vsix] [PART-OF-A-PATH …]
// --vsix: with dist/hoplens.vsix installed, in place of the working tree. HOPLENS_EDITOR=oldest: in that editor.
import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { bundleTests, findTests } from './bundle-tests.mjs';
import { ensureBrowser } from './lib/chromium.mjs';
import { codeServer } from './lib/code-server.mjs';
import { main } from './lib/main.mjs';
import { run } from './lib/process.mjs';
import { installPackage } from './lib/server.mjs';
import { temporaryFolder } from './lib/temp.mjs';

const LIMIT_SECONDS = 1200;
const packaged = process.argv.includes('--vsix');
const parts = process.argv.slice(2).filter((argument) => argument !== '--vsix');
const editor = process.env.HOPLENS_EDITOR ?? 'newest';
const screenshots = packaged ? 'test/out/screenshots-vsix' : 'test/out/screenshots';

/** What the journeys find in their environment when they are to use the package. */
async function packageInstalled() {
  if (!existsSync('dist/hoplens.vsix')) throw new Error('There is no dist/hoplens.vsix: npm run package');
  const extensions = temporaryFolder('extensions').path;
  await installPackage(editor, resolve('dist/hoplens.vsix'), extensions);
  return { HOPLENS_EXTENSIONS: extensions };
}

await main(async () => {
  await ensureBrowser();
  await codeServer(editor);
  if (parts.length === 0) rmSync(screenshots, { recursive: true, force: true });
  const files = findTests('test/vscode/journeys', '.journey.ts', parts);
  if (files.length === 0) throw new Error('No journey matches.');
  await bundleTests(files, 'test/out/journeys.mjs', { format: 'esm' });
  const env = { ...process.env, HOPLENS_SCREENSHOTS: screenshots, ...(packaged ? await packageInstalled() : {}) };
  const args = ['--enable-source-maps', '--test-reporter=spec', 'test/out/journeys.mjs'];
  const { code } = await run(process.execPath, args, { env, seconds: LIMIT_SECONDS });
  return code;
});
