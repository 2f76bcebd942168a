// Runs VS Code's server with data of its own, which goes when it ends.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { cleanEnvironment } from './clean-environment.mjs';
import { codeServer } from './code-server.mjs';
import { linkExtension } from './linked-extension.mjs';
import { run, start } from './process.mjs';
import { followServer } from './server-log.mjs';
import { temporaryFolder } from './temp.mjs';

/** Nothing from the network, no welcome, no second side bar: what is on the screen is what somebody put there. */
const quietSettings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** See server.d.mts. */
export async function startServer({ editor, extension, settings = {}, env = {}, testHooks = false }) {
  const { main, node } = await codeServer(editor);
  const data = temporaryFolder('vscode');
  const [home, workspace, extensions] = ['home', 'workspace', 'extensions'].map((name) => `${data.path}/${name}`);
  for (const path of [home, workspace, extensions, `${data.path}/data/User`]) mkdirSync(path, { recursive: true });
  writeFileSync(`${data.path}/data/User/settings.json`, JSON.stringify({ ...quietSettings, ...settings }, null, 2));
  if (extension === 'linked') linkExtension(extensions);
  else if (extension) cpSync(extension, extensions, { recursive: true });

  const flags = ['--host=127.0.0.1', '--port=0', '--without-connection-token', '--accept-server-license-terms'];
  if (testHooks) flags.push('--enable-smoke-test-driver');
  const child = start(
    node,
    [main, ...flags, '--telemetry-level=off', `--server-data-dir=${data.path}`, `--extensions-dir=${extensions}`],
    { env: { ...cleanEnvironment(), HOME: home, ...env }, stdio: 'pipe' },
  );
  const { port, log } = followServer(child);
  const stop = async () => {
    await child.stop();
    data.remove();
  };
  try {
    return { authority: `127.0.0.1:${await port}`, workspace, home, log, exited: child.exited, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Installs a packaged extension into a folder that `startServer` takes as `extension`. */
export async function installPackage(editor, vsix, extensions) {
  const { main, node } = await codeServer(editor);
  const data = temporaryFolder('install');
  const args = [main, `--install-extension=${vsix}`, `--extensions-dir=${extensions}`, '--accept-server-license-terms'];
  const options = { env: cleanEnvironment(), capture: true, seconds: 120 };
  const { code, output } = await run(node, [...args, `--server-data-dir=${data.path}`], options);
  data.remove();
  if (code !== 0) throw new Error(`${vsix} could not be installed:\n${output}`);
}
