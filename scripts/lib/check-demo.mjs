import { bundleTests } from '../bundle-tests.mjs';
import { ensureBrowser } from './chromium.mjs';
import { codeServer } from './code-server.mjs';
import { EDITORS } from './editors.mjs';
import { run } from './process.mjs';

const LIMIT_SECONDS = 120;

/** Opens the demo in a browser without a screen. Returns an exit code: 0 if its result was seen. */
export async function checkDemo() {
  console.log(`In a headless browser on VS Code ${EDITORS.newest.vscode}'s server, because --check needs no screen.`);
  await ensureBrowser();
  await codeServer('newest');
  await bundleTests(['test/vscode/check-demo.ts'], 'test/out/check-demo.mjs', { format: 'esm' });
  const { code, timedOut } = await run(process.execPath, ['test/out/check-demo.mjs'], { seconds: LIMIT_SECONDS });
  if (timedOut) console.error(`The demo's result did not appear within ${LIMIT_SECONDS} s.`);
  return code;
}
