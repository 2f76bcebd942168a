import { resolve } from 'node:path';
import { cleanEnvironment } from './clean-environment.mjs';
import { desktopEditor } from './desktop.mjs';
import { EDITORS } from './editors.mjs';
import { installedEditor } from './installed-editor.mjs';
import { run, start } from './process.mjs';
import { startServer } from './server.mjs';
import { temporaryFolder } from './temp.mjs';

/** Makes the extension open the demo when it starts. */
const demo = { HOPLENS_OPEN_DEMO: '1' };
const development = `--extensionDevelopmentPath=${resolve('.')}`;
/** A folder with snapshots in it: the extension starts where it sees one. */
const folder = resolve('dist/demo');

/** Opens an editor on a screen, or serves one. Returns an exit code when the user is done with it. */
export async function openEditor() {
  const own = await installedEditor();
  if (own.program) {
    console.log(`In your own VS Code ${own.version}, because \`code\` is on your PATH.`);
    // Returns at once: the window belongs to a process that is none of ours.
    const env = { ...cleanEnvironment(), ...demo };
    return (await run(own.program, ['--new-window', development, folder], { env, seconds: 60 })).code;
  }
  const { command, reason } = await desktopEditor('newest', { screen: 'real' });
  if (command) {
    console.log(`In a VS Code of its own, because ${own.reason}. Close its window to end this.`);
    return openDesktop(command);
  }
  const reasons = [...new Set([own.reason, reason])].join(' and ');
  console.log(`In the browser, with VS Code ${EDITORS.newest.vscode}'s server, because ${reasons}.`);
  return serve();
}

async function openDesktop([program, ...before]) {
  const data = temporaryFolder('desktop').path;
  const folders = [`--user-data-dir=${data}/user`, `--extensions-dir=${data}/extensions`];
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const args = [
    ...before,
    development,
    ...folders,
    ...sandbox,
    '--skip-welcome',
    '--skip-release-notes',
    '--new-window',
    folder,
  ];
  return start(program, args, { env: { ...cleanEnvironment(), ...demo } }).exited;
}

async function serve() {
  // The home stays the user's: whoever tries the extension may want to connect to nodes of their own.
  const env = { ...demo, HOME: process.env.HOME };
  const { authority, exited } = await startServer({ editor: 'newest', extension: 'linked', env });
  console.log(
    `Open http://${authority}/?folder=${encodeURIComponent(folder)} and press Ctrl+C here when you are done.`,
  );
  return exited;
}
