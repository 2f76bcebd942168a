// Runs test/vscode/host/**/*.test.ts inside a real VS Code's extension host:
//   node scripts/vscode-host.mjs [oldest|newest]
import { bundleTests, findTests } from './bundle-tests.mjs';
import { desktopEditor } from './lib/desktop.mjs';
import { EDITORS } from './lib/editors.mjs';
import { HOST_TESTS, runInServer, runOnDesktop } from './lib/host-tests.mjs';
import { main } from './lib/main.mjs';

/** The tests are loaded when they are run, for they use what Mocha defines by then. */
const entry = (files) => `
  import { runMocha } from './test/vscode/host/run-mocha';
  export const run = () => runMocha(() => { ${files.map((file) => `require('./${file}');`).join(' ')} });`;

await main(async () => {
  const editor = process.argv[2] ?? 'newest';
  if (!Object.hasOwn(EDITORS, editor))
    throw new Error(`Not ${editor}, but one of: ${Object.keys(EDITORS).join(', ')}.`);
  const files = findTests('test/vscode/host', '.test.ts');
  await bundleTests(files, HOST_TESTS, {
    format: 'cjs',
    stdin: { contents: entry(files), resolveDir: '.', loader: 'ts' },
  });
  const { command, reason } = await desktopEditor(editor, { screen: 'any' });
  if (command) {
    console.log(`In VS Code ${EDITORS[editor].desktop}.`);
    return runOnDesktop(command);
  }
  console.log(`In the server of VS Code ${EDITORS[editor].vscode}, because ${reason}.`);
  return runInServer(editor);
});
