// Runs the tests that need neither a kernel nor an editor: test/core, test/nodes, test/syntaxes …
//   npm run test:unit [-- PART-OF-A-PATH …]
import { spawnSync } from 'node:child_process';
import { bundleTests, findTests } from './bundle-tests.mjs';

const files = findTests('test', '.test.ts', process.argv.slice(2)).filter(
  (file) => !/^test\/(kernel|vscode)\//.test(file),
);
if (files.length === 0) {
  console.error('No unit test matches.');
  process.exit(1);
}
await bundleTests(files, 'test/out/unit.mjs', { format: 'esm' });
const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test-reporter=spec', 'test/out/unit.mjs'], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
