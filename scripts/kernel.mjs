// Holds the tracer against the kernel of this machine, in network namespaces: test/kernel/**/*.test.ts
//   node scripts/kernel.mjs [PART-OF-A-PATH …]
// Exit code 77: cannot run here; the reason is on standard error.
import { bundleTests, findTests } from './bundle-tests.mjs';
import { main } from './lib/main.mjs';
import { run } from './lib/process.mjs';
import { findProgram } from './lib/programs.mjs';

const SKIPPED = 77;
const LIMIT_SECONDS = 900;
/** Networks that are tested at the same time. */
const AT_ONCE = 3;
const PROGRAMS = ['bridge', 'conntrack', 'ip', 'ip6tables', 'ip6tables-save', 'ipset', 'iptables', 'iptables-legacy'];
PROGRAMS.push('iptables-legacy-save', 'iptables-save', 'nft', 'python3', 'ss', 'sysctl', 'unshare');

function whyNot() {
  if (process.platform !== 'linux') return 'it needs a Linux kernel';
  if (process.getuid() !== 0) return 'it needs root, to make network namespaces';
  const missing = PROGRAMS.filter((name) => !findProgram(name));
  return missing.length > 0 ? `not installed: ${missing.join(', ')}` : undefined;
}

/**
 * Everything happens in namespaces of its own: whatever ends the test, the kernel then takes down what it made, and
 * nothing of the machine is touched. /run is where ip keeps the names of namespaces, and iptables its lock.
 */
const APART = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
const START = 'mount -t tmpfs tmpfs /run && mkdir /run/netns && "$@"';

await main(async () => {
  const reason = whyNot();
  if (reason) {
    console.error(`The kernel tests are skipped: ${reason}.`);
    return SKIPPED;
  }
  const files = findTests('test/kernel', '.test.ts', process.argv.slice(2));
  if (files.length === 0) throw new Error('No kernel test matches.');
  const imports = files.map((file) => `require('./${file}');`).join(' ');
  const contents = `import { describe } from 'node:test'; describe('kernel', { concurrency: ${AT_ONCE} }, () => { ${imports} });`;
  await bundleTests(files, 'test/out/kernel.cjs', {
    format: 'cjs',
    stdin: { contents, resolveDir: '.', loader: 'ts' },
  });
  const node = [process.execPath, '--enable-source-maps', '--test-reporter=spec', 'test/out/kernel.cjs'];
  const { code, timedOut } = await run('unshare', [...APART, 'sh', '-c', START, 'sh', ...node], {
    seconds: LIMIT_SECONDS,
  });
  if (timedOut) throw new Error(`The kernel tests took more than ${LIMIT_SECONDS} s.`);
  return code;
});
