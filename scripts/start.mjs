// Opens VS Code with the extension under development and the demo cluster loaded, from a fresh clone on:
//   npm start              in the desktop editor if there is one, else in the browser
//   npm start -- --check   without a screen: exit code 0 once the demo's result has been seen
import { main } from './lib/main.mjs';
import { installDependencies, npm } from './lib/npm.mjs';
import { checkNode } from './lib/node-version.mjs';

await main(async () => {
  checkNode();
  await installDependencies();
  const { code } = await npm(['run', '--silent', 'build'], { seconds: 120 });
  if (code !== 0) throw new Error('The extension does not build.');
  // From here on what was installed may be imported.
  const { checkDemo } = await import('./lib/check-demo.mjs');
  const { openEditor } = await import('./lib/open-editor.mjs');
  return process.argv.includes('--check') ? checkDemo() : openEditor();
});
