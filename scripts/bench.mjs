// What reading and tracing cost, against a floor and against the kernel's own tool; and how long the panel takes to answer, in
// a real VS Code, against an empty panel of the same: npm run bench [-- core|panel]
import { bundleTests } from './bundle-tests.mjs';
import { ensureBrowser } from './lib/chromium.mjs';
import { codeServer } from './lib/code-server.mjs';
import { main } from './lib/main.mjs';
import { npm } from './lib/npm.mjs';
import { run } from './lib/process.mjs';

const BENCHES = {
  core: { entry: 'test/bench/core.ts', prepare: () => undefined },
  panel: { entry: 'test/bench/panel.ts', prepare: prepareEditor },
};
const LIMIT_SECONDS = 300;

/** The panel is measured as users get it: minified. */
async function prepareEditor() {
  await ensureBrowser();
  await codeServer('newest');
  const { code } = await npm(['run', '--silent', 'vscode:prepublish'], { seconds: LIMIT_SECONDS });
  if (code !== 0) throw new Error('The extension could not be built.');
}

await main(async () => {
  process.env.PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(':');
  const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BENCHES);
  let failed = false;
  for (const name of wanted) {
    const bench = BENCHES[name];
    if (!bench) throw new Error(`No bench "${name}", but: ${Object.keys(BENCHES).join(', ')}.`);
    await bench.prepare();
    const outfile = `test/out/bench-${name}.mjs`;
    await bundleTests([bench.entry], outfile, { format: 'esm' });
    const { code } = await run(process.execPath, ['--enable-source-maps', outfile], { seconds: LIMIT_SECONDS });
    failed ||= code !== 0;
  }
  return failed ? 1 : 0;
});
