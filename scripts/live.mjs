// Holds everything together against labs of real nodes: read over SSH, traced, and really tried: test/live/**/*.live.ts
//   node scripts/live.mjs [PART-OF-A-PATH …]
//   node scripts/live.mjs --faults N: only what may go wrong while a node is changed, each N times; --seed S as said then
// Exit code 77: cannot run here; the reason is on standard error.
import { parseArgs } from 'node:util';
import { bundleTests, findTests } from './bundle-tests.mjs';
import { isolated } from './lib/isolated.mjs';
import { main } from './lib/main.mjs';
import { run } from './lib/process.mjs';
import { whyNoLab } from './lib/why-no-lab.mjs';

const SKIPPED = 77;
const LIMIT_SECONDS = 600;
const SECONDS_A_FAULT = 60;

await main(async () => {
  process.env.PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(':');
  const reason = whyNoLab();
  if (reason) {
    console.error(`The tests in a lab are skipped: ${reason}.`);
    return SKIPPED;
  }
  const { values, positionals } = parseArgs({
    options: { faults: { type: 'string' }, seed: { type: 'string' } },
    allowPositionals: true,
  });
  if (values.faults !== undefined) process.env.HOPLENS_FAULTS = values.faults;
  if (values.seed !== undefined) process.env.HOPLENS_SEED = values.seed;
  const limit = Math.max(LIMIT_SECONDS, Number(values.faults ?? 0) * SECONDS_A_FAULT);
  const files = findTests('test/live', '.live.ts', values.faults === undefined ? positionals : ['guarded.live']);
  if (files.length === 0) throw new Error('No test in a lab matches.');
  await bundleTests(files, 'test/out/live.mjs', { format: 'esm' });
  const node = [process.execPath, '--enable-source-maps', '--test-reporter=spec', 'test/out/live.mjs'];
  const command = ['sh', '-ec', 'ip link set lo up; "$@"', 'sh', ...node];
  const { code, timedOut } = await run('unshare', isolated(command), { seconds: limit });
  if (timedOut) throw new Error(`The tests in a lab took more than ${limit} s.`);
  return code;
});
