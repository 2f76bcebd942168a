// What reading and tracing cost, against a floor and against the kernel's own tool: npm run bench
import { bundleTests } from './bundle-tests.mjs';
import { main } from './lib/main.mjs';
import { run } from './lib/process.mjs';

const LIMIT_SECONDS = 300;

await main(async () => {
  process.env.PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(':');
  await bundleTests(['test/bench/bench.ts'], 'test/out/bench.mjs', { format: 'esm' });
  const { code } = await run(process.execPath, ['test/out/bench.mjs'], { seconds: LIMIT_SECONDS });
  return code;
});
