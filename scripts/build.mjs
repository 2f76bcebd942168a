// Bundles the extension, the command line, and the demo snapshots into dist/.
//   node scripts/build.mjs [--watch] [--production]
import { context } from 'esbuild';
import { copyFile, mkdir, rm } from 'node:fs/promises';
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
};

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
  context({
    ...common,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    entryPoints: ['src/webview/trace-script.ts'],
    outfile: 'dist/webview/trace.js',
  }),
]);
await mkdir('dist/webview', { recursive: true });
await copyFile('media/trace.css', 'dist/webview/trace.css');
await packDemo('media/demo', 'dist/demo');
if (watch) await Promise.all(bundles.map((bundle) => bundle.watch()));
else {
  await Promise.all(bundles.map((bundle) => bundle.rebuild()));
  await Promise.all(bundles.map((bundle) => bundle.dispose()));
}
