// Holds the ways to the nodes against real ones, each an sshd on a machine of its own accounts: test/nodes/**/*.sshd.ts
//   node scripts/nodes.mjs [PART-OF-A-PATH …]
// Exit code 77: cannot run here; the reason is on standard error.
import { bundleTests, findTests } from './bundle-tests.mjs';
import { isolated, tryIsolated } from './lib/isolated.mjs';
import { main } from './lib/main.mjs';
import { run } from './lib/process.mjs';
import { findProgram } from './lib/programs.mjs';

const SKIPPED = 77;
const LIMIT_SECONDS = 600;
const PROGRAMS = [
  'curl',
  'etcd',
  'etcdctl',
  'fish',
  'ip',
  'ip6tables',
  'iptables',
  'nsenter',
  'perl',
  'ssh-agent',
  'ssh-keygen',
];
PROGRAMS.push('openssl', 'script', 'sshd', 'sudo', 'sysctl', 'tcsh', 'unshare');

function whyNot() {
  if (process.platform !== 'linux') return 'it needs a Linux kernel';
  if (process.getuid() !== 0) return 'it needs root, to make machines with accounts of their own';
  const missing = PROGRAMS.filter((name) => !findProgram(name));
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  const why = tryIsolated('mount --bind /run /etc; ip link set lo up');
  return why && `machines cannot be made here: ${why}`;
}

await main(async () => {
  process.env.PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(':');
  const reason = whyNot();
  if (reason) {
    console.error(`The tests of live nodes are skipped: ${reason}.`);
    return SKIPPED;
  }
  const files = findTests('test/nodes', '.sshd.ts', process.argv.slice(2));
  if (files.length === 0) throw new Error('No test of live nodes matches.');
  await bundleTests(files, 'test/out/nodes.mjs', { format: 'esm' });
  const node = [process.execPath, '--enable-source-maps', '--test-reporter=spec', 'test/out/nodes.mjs'];
  const command = ['sh', '-ec', 'ip link set lo up; "$@"', 'sh', ...node];
  const { code, timedOut } = await run('unshare', isolated(command), { seconds: LIMIT_SECONDS });
  if (timedOut) throw new Error(`The tests of live nodes took more than ${LIMIT_SECONDS} s.`);
  return code;
});
