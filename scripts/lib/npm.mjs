import { existsSync, readFileSync } from 'node:fs';
import { run } from './process.mjs';

/** Runs npm, the one that runs this script if npm does. Options are those of `run`. */
export function npm(args, options) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('.js')) return run(process.execPath, [cli, ...args], options);
  return process.platform === 'win32'
    ? run('cmd.exe', ['/d', '/s', '/c', 'npm', ...args], options)
    : run('npm', args, options);
}

/** The version of each installed path that npm wrote down in `file`. */
const packagesIn = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** Whether node_modules/ holds what package-lock.json asks for. */
export function dependenciesAreInstalled() {
  if (!existsSync('node_modules/.package-lock.json')) return false;
  const installed = packagesIn('node_modules/.package-lock.json');
  return Object.entries(packagesIn('package-lock.json')).every(
    ([path, { version, optional }]) =>
      path === '' || installed[path]?.version === version || (optional && !installed[path]),
  );
}

/** Installs the dependencies if they are not there yet. Throws if that fails. */
export async function installDependencies() {
  if (dependenciesAreInstalled()) {
    console.log('node_modules is up to date.');
    return;
  }
  // No package here needs its install script, and whether npm runs them depends on its version.
  const { code } = await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { seconds: 600 });
  if (code !== 0) throw new Error(`npm ci failed (exit code ${code}).`);
}
