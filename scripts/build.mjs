// Bundles the extension, the command line, and the demo snapshots into dist/.
//   node scripts/build.mjs [--watch] [--production]
import { context } from 'esbuild';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { packDemo } from './demo.mjs';
import { OPTIONAL_NATIVES } from './lib/optional-natives.mjs';

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');

const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  external: OPTIONAL_NATIVES,
  loader: { '.sh': 'text' },
};

const page = { ...common, platform: 'browser', format: 'iife', target: 'es2022' };

/** The licences of packages, as a comment. */
async function licences(...files) {
  const texts = await Promise.all(files.map((file) => readFile(`node_modules/${file}`, 'utf8')));
  return files.map((file, at) => `/*! ${file.split('/')[0]}\n\n${texts[at].trim()}\n*/`).join('\n');
}

await rm('dist', { recursive: true, force: true });
const bundles = await Promise.all([
  context({
    ...common,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.js',
    external: ['vscode', ...OPTIONAL_NATIVES],
  }),
  context({
    ...common,
    entryPoints: ['src/cli.ts'],
    outfile: 'dist/cli.js',
    banner: { js: '#!/usr/bin/env node' },
  }),
  context({ ...page, entryPoints: ['src/webview/trace-script.ts'], outfile: 'dist/webview/trace.js' }),
  context({ ...page, entryPoints: ['media/trace.css', 'media/dump.css'], outdir: 'dist/webview' }),
  context({
    ...page,
    entryPoints: ['src/webview/monaco/dump-script.ts'],
    outfile: 'dist/webview/monaco.js',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    legalComments: 'eof',
    banner: { js: await licences('monaco-editor/LICENSE', 'vscode-textmate/LICENSE.md') },
  }),
]);
await mkdir('dist/webview', { recursive: true });
await copyFile('node_modules/monaco-editor/ThirdPartyNotices.txt', 'dist/webview/monaco-notices.txt');
await packDemo('media/demo', 'dist/demo');
if (watch) await Promise.all(bundles.map((bundle) => bundle.watch()));
else {
  await Promise.all(bundles.map((bundle) => bundle.rebuild()));
  await Promise.all(bundles.map((bundle) => bundle.dispose()));
}
