import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { npm } from './npm.mjs';
import { findProgram } from './programs.mjs';

/** Those that are used; one of them has had two names. */
const modules = ['@vscode/spdlog', 'node-pty', '@vscode/native-watchdog', 'native-watchdog'];

/**
 * Builds the server's native modules, without which it runs too, but has no terminal and complains at length. They
 * are not built where that would need more than is there: a compiler, and headers of Node.js (of any version, for the
 * modules use Node-API), which node-gyp would else fetch.
 */
export async function buildNativeModules(folder) {
  const prefix = dirname(dirname(process.execPath));
  const haveHeaders = existsSync(join(prefix, 'include/node/node_api.h'));
  if (!haveHeaders || !['c++', 'make', 'python3'].every((name) => findProgram(name))) return;
  const present = modules.filter((name) => existsSync(join(folder, 'node_modules', name)));
  const { code } = await npm(['rebuild', ...present, '--loglevel=error'], {
    cwd: folder,
    env: { ...process.env, npm_config_nodedir: prefix },
    seconds: 180,
    capture: true,
  });
  if (code !== 0) console.log('Its native modules could not be built: it will have no terminal.');
}
