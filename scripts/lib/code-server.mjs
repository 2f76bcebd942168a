// A real VS Code from the npm registry alone: code-server's package carries a built VS Code server with its workbench.
// It is installed below .vscode-test/, one folder a version, next to the Node.js it wants.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EDITORS, NODES } from './editors.mjs';
import { buildNativeModules } from './native-modules.mjs';
import { npm } from './npm.mjs';

const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

async function install(what, args, cwd) {
  const { code, output } = await npm(['install', ...args, ...flags], { cwd, seconds: 300, capture: true });
  if (code !== 0) throw new Error(`Could not install ${what} (npm's exit code is ${code}):\n${output}`);
}

/** Makes dependencies on git repositories, which need more than a registry, the registry's package of that version. */
async function useRegistryOnly(folder) {
  const files = ['package.json', 'npm-shrinkwrap.json'].map((name) => `${folder}/${name}`);
  const [manifest, lock] = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
  for (const [path, { resolved, version }] of Object.entries(lock.packages)) {
    if (!resolved?.startsWith('git+')) continue;
    const name = path.replace(/^node_modules\//, '');
    manifest.dependencies[name] = lock.packages[''].dependencies[name] = version;
    delete lock.packages[path];
  }
  await Promise.all([manifest, lock].map((value, index) => writeFile(files[index], JSON.stringify(value, null, 2))));
}

async function nodeProgram(folder, major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const pin = NODES[platform];
  if (!pin) throw new Error(`No Node.js ${major} is known for ${platform}: run this with Node.js ${major} itself.`);
  const program = `${folder}/node_modules/${pin.name}/bin/node`;
  if (!existsSync(program)) await install(`Node.js ${pin[major]}`, ['--no-save', `${pin.name}@${pin[major]}`], folder);
  return program;
}

/**
 * The server of one of EDITORS, installed if it is not there yet: { main, node }, the script and the program that
 * runs it.
 */
export async function codeServer(editor) {
  const { server, vscode, node } = EDITORS[editor];
  const folder = resolve('.vscode-test', `code-server-${server}`);
  const code = `${folder}/node_modules/code-server/lib/vscode`;
  const complete = `${folder}/complete`;
  if (!existsSync(complete)) {
    console.log(`Installing VS Code ${vscode} (code-server ${server}) …`);
    rmSync(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(`${folder}/package.json`, '{ "private": true }\n');
    await install(`code-server ${server}`, [`code-server@${server}`], folder);
    await useRegistryOnly(code);
    await install(`the parts of code-server ${server}`, ['--omit=dev'], code);
    await buildNativeModules(code);
    await writeFile(complete, '');
  }
  return { main: `${code}/out/server-main.js`, node: await nodeProgram(folder, node) };
}
