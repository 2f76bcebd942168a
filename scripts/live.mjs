// Holds everything together against labs of real nodes: read over SSH, traced, and really tried: test/live/**/*.live.ts
//   node scripts/live.mjs [PART-OF-A-PATH …]
// Exit code 77: cannot run here; the reason is on standard error.
import { bundleTests, findTests } from './bundle-tests.mjs';
import { isolated } from './lib/isolated.mjs';
import { main } from './lib/main.mjs';
import { run } from './lib/process.mjs';
import { whyNoLab } from './lib/why-no-lab.mjs';

const SKIPPED = 77;
const LIMIT_SECONDS = 600;

await main(async () => {
  process.env.PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(':');
  const reason = whyNoLab();
  if (reason) {
    console.error(`The tests in a lab are skipped: ${reason}.`);
    return SKIPPED;
  }
  const files = findTests('test/live', '.live.ts', process.argv.slice(2));
  if (files.length === 0) throw new Error('No test in a lab matches.');
  await bundleTests(files, 'test/out/live.mjs', { format: 'esm' });
  const node = [process.execPath, '--enable-source-maps', '--test-reporter=spec', 'test/out/live.mjs'];
  const command = ['sh', '-ec', 'ip link set lo up; "$@"', 'sh', ...node];
  const { code, timedOut } = await run('unshare', isolated(command), { seconds: LIMIT_SECONDS });
  if (timedOut) throw new Error(`The tests in a lab took more than ${LIMIT_SECONDS} s.`);
  return code;
});
