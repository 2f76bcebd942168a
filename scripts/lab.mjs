// A lab of real nodes on this machine, to be looked at by hand; see test/lab and npm run lab -- help
// Exit code 77: cannot be built here; the reason is on standard error.
import { spawnSync } from 'node:child_process';
import { bundleTests } from './bundle-tests.mjs';
import { main } from './lib/main.mjs';
import { whyNoLab } from './lib/why-no-lab.mjs';

const SKIPPED = 77;

await main(async () => {
  process.env.PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(':');
  const reason = whyNoLab();
  if (reason) {
    console.error(`There can be no lab here: ${reason}.`);
    return SKIPPED;
  }
  await bundleTests(['test/lab/main.ts'], 'test/out/lab.mjs', { format: 'esm' });
  const node = ['--enable-source-maps', 'test/out/lab.mjs', ...process.argv.slice(2)];
  return spawnSync(process.execPath, node, { stdio: 'inherit' }).status ?? 1;
});
