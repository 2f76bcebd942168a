// Two ways to run the extension-host tests, in the desktop editor and in the server. Both return an exit code.
import { resolve } from 'node:path';
import { ensureBrowser, launchBrowser } from './chromium.mjs';
import { cleanEnvironment } from './clean-environment.mjs';
import { run } from './process.mjs';
import { startServer } from './server.mjs';
import { temporaryFolder } from './temp.mjs';

export const HOST_TESTS = 'dist/test/host.js';
const LIMIT_SECONDS = 240;
/** How lines of the tests' report begin; what else is logged is of interest only after a failure. */
const REPORT = '[test] ';

export async function runOnDesktop([program, ...before]) {
  const data = temporaryFolder('desktop');
  const { code, timedOut } = await run(
    program,
    [
      ...before,
      `--extensionDevelopmentPath=${resolve('.')}`,
      `--extensionTestsPath=${resolve(HOST_TESTS)}`,
      `--user-data-dir=${data.path}/user`,
      `--extensions-dir=${data.path}/extensions`,
      '--disable-workspace-trust',
      '--disable-updates',
      '--skip-welcome',
      '--skip-release-notes',
      '--no-sandbox',
      '--disable-gpu',
    ],
    { env: { ...cleanEnvironment(), HOME: data.path }, seconds: LIMIT_SECONDS },
  );
  data.remove();
  if (timedOut) console.error(`The tests did not end within ${LIMIT_SECONDS} s.`);
  return code;
}

/** The page's address tells the workbench what to test; the workbench calls two functions of the page. */
export async function runInServer(editor) {
  await ensureBrowser();
  const server = await startServer({
    editor,
    testHooks: true,
    settings: { 'security.workspace.trust.enabled': false },
  });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const log = [];
    const ended = new Promise((done, failed) => {
      void page.exposeFunction('codeAutomationExit', done);
      setTimeout(
        () => failed(new Error(`The tests did not end within ${LIMIT_SECONDS} s.`)),
        LIMIT_SECONDS * 1000,
      ).unref();
      page.on('crash', () => failed(new Error('The page crashed.')));
      void server.exited.then(() => failed(new Error(`VS Code's server ended:\n${server.log()}`)));
    });
    await page.exposeFunction('codeAutomationLog', (_, [text, ...rest]) => {
      if (String(text).startsWith(REPORT)) console.log(text);
      else log.push([text, ...rest].join(' '));
    });
    const uri = (path) => `vscode-remote://${server.authority}${path}`;
    const payload = [
      ['extensionDevelopmentPath', uri(resolve('.'))],
      ['extensionTestsPath', uri(resolve(HOST_TESTS))],
    ];
    const address = new URL(`http://${server.authority}/`);
    address.searchParams.set('folder', server.workspace);
    address.searchParams.set('payload', JSON.stringify(payload));
    await page.goto(address.href);
    const code = await ended;
    if (code !== 0) console.error(`What the editor said:\n${log.join('\n')}`);
    return code;
  } finally {
    await browser.close();
    await server.stop();
  }
}
