// Holds the tracer against the kernel of this machine, in network namespaces: test/kernel/**/*.test.ts
//   node scripts/kernel.mjs [PART-OF-A-PATH …]
//   node scripts/kernel.mjs --cases N [--seed S]: only networks drawn from a seed, at least N packets, and what they met
// Exit code 77: cannot run here; the reason is on standard error.
import { parseArgs } from 'node:util';
import { bundleTests, findTests } from './bundle-tests.mjs';
import { isolated, tryIsolated } from './lib/isolated.mjs';
import { main } from './lib/main.mjs';
import { run } from './lib/process.mjs';
import { findProgram } from './lib/programs.mjs';

const SKIPPED = 77;
const LIMIT_SECONDS = 900;
const SECONDS_A_CASE = 5;
/** Networks that are tested at the same time. */
const AT_ONCE = 3;
const PROGRAMS = ['bridge', 'conntrack', 'ip', 'ip6tables', 'ip6tables-save', 'ipset', 'iptables', 'iptables-legacy'];
PROGRAMS.push('iptables-legacy-save', 'iptables-save', 'nft', 'python3', 'ss', 'sysctl', 'unshare');

/** What every network needs of the kernel; some containers and some kernels have it not. */
const TRIAL = `
ip netns add trial
ip link add name trial0 type veth peer name trial1 netns trial
ip link add name trial2 type bridge
ip link add name trial3 type vxlan id 1 local 127.0.0.1 dstport 8472
: <>/dev/net/tun
iptables -t raw -A OUTPUT -j TRACE
iptables-legacy -t raw -A OUTPUT -j TRACE
iptables -t nat -A OUTPUT -m conntrack --ctstate NEW -j RETURN
sysctl -q net.bridge.bridge-nf-call-iptables net.netfilter.nf_log.2`;

function whyNot() {
  if (process.platform !== 'linux') return 'it needs a Linux kernel';
  const missing = PROGRAMS.filter((name) => !findProgram(name));
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  const why = tryIsolated(TRIAL);
  const as = process.getuid() === 0 ? '' : ' without root';
  return why && `networks cannot be made here${as}: ${why}`;
}

await main(async () => {
  process.env.PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(':');
  const reason = whyNot();
  if (reason) {
    console.error(`The kernel tests are skipped: ${reason}.`);
    return SKIPPED;
  }
  const { values, positionals } = parseArgs({
    options: { cases: { type: 'string' }, seed: { type: 'string' } },
    allowPositionals: true,
  });
  const drawn = values.cases !== undefined || values.seed !== undefined;
  if (drawn) process.env.HOPLENS_CASES = values.cases ?? '6';
  if (values.seed !== undefined) process.env.HOPLENS_SEED = values.seed;
  const limit = Math.max(LIMIT_SECONDS, Number(values.cases ?? 0) * SECONDS_A_CASE);
  const files = findTests('test/kernel', '.test.ts', drawn ? ['random.test'] : positionals);
  if (files.length === 0) throw new Error('No kernel test matches.');
  const imports = files.map((file) => `require('./${file}');`).join(' ');
  const contents = `import { describe } from 'node:test'; describe('kernel', { concurrency: ${AT_ONCE} }, () => { ${imports} });`;
  await bundleTests(files, 'test/out/kernel.cjs', {
    format: 'cjs',
    stdin: { contents, resolveDir: '.', loader: 'ts' },
  });
  const node = [process.execPath, '--enable-source-maps', '--test-reporter=spec', 'test/out/kernel.cjs'];
  const { code, timedOut } = await run('unshare', isolated(node), { seconds: limit });
  if (timedOut) throw new Error(`The kernel tests took more than ${limit} s.`);
  return code;
});
