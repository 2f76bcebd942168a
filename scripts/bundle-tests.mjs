// Bundles all tests of one kind, found by name, into one file: one process, no waiting for a compiler per file.
import { build } from 'esbuild';
import { readdirSync } from 'node:fs';

/** The test files below `folder` that end in `ending`, narrowed to those whose path contains one of `wanted`. */
export function findTests(folder, ending, wanted = []) {
  return readdirSync(folder, { recursive: true })
    .map((file) => `${folder}/${String(file).replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith(ending))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .sort();
}

/** Writes `outfile`, which imports `files` in order. `options` are esbuild's own. */
export async function bundleTests(files, outfile, options = {}) {
  await build({
    stdin: { contents: files.map((file) => `import './${file}';`).join('\n'), resolveDir: '.', loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    logLevel: 'warning',
    packages: 'external',
    loader: { '.sh': 'text' },
    ...options,
  });
}
