import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { folder, hoplens, program, type Ran } from '../support/cli';
import { namespace, node, snapshot } from '../support/snapshots';
import { cpuTimer } from '../support/cpu-time';

const write = folder();
const SAVED = readFileSync('test/fixtures/save/rich-nft.txt', 'utf8');
const GOOD = JSON.stringify(
  snapshot(
    node('worker', { 'iptables-save': '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n', 'ip-route': 'default dev eth0\n' }),
  ),
);

/** Nothing that is given to the program may show how it is made. */
function assertDecent({ stdout, stderr }: Ran): void {
  for (const text of [stdout, stderr]) assert.doesNotMatch(text, /internal error|\n\s+at \S+ \(|node:internal/);
}

async function check(name: string, content: string | Uint8Array, ...more: string[]): Promise<Ran & { file: string }> {
  const file = write(name, content);
  const ran = await hoplens('check', file, ...more);
  assertDecent(ran);
  return { ...ran, file };
}

suite('hoplens check', { concurrency: true }, () => {
  test('a dump that is well: what it is, how much it holds, what is not simulated; exit code 0', async () => {
    const { code, stdout, stderr, file } = await check('rich.txt', SAVED);
    assert.equal(stderr, '');
    const [first, ...notes] = stdout.trim().split('\n');
    assert.equal(first, `${file}: iptables-save, 4 tables, 19 chains, 34 rules`);
    assert.deepEqual(notes, [
      `${file}:39: note: "-m time" is not simulated (1 rule)`,
      `${file}:40: note: "-m string" is not simulated (1 rule)`,
    ]);
    assert.equal(code, 0);
  });

  test('every kind of output is known by what it says', async () => {
    const kinds: readonly (readonly [file: string, kind: string])[] = [
      ['save/rich-legacy-S', 'iptables-save, 1 tables, 4 chains, 16 rules'],
      ['listings/v4-nft.exact', 'iptables-list, 4 tables'],
      ['listings/v6-nft.exact', 'iptables-list, '],
      ['routes/ip-route', 'ip-route'],
      ['routes/ip-route-json', 'ip-route'],
      ['routes/ip6-route', 'ip-route'],
      ['routes/route', 'ip-route'],
      ['routes/netstat-rn', 'ip-route'],
      ['routes/ip-rule', 'ip-rule'],
      ['routes/ip-rule-json', 'ip-rule'],
      ['interfaces/ip-addr', 'ip-addr, 7 interfaces'],
      ['interfaces/ip-o-addr', 'ip-addr'],
      ['interfaces/ip-d-link-json', 'ip-addr, 7 interfaces'],
      ['interfaces/ifconfig-new', 'ip-addr, 7 interfaces'],
      ['interfaces/ip-neigh', 'ip-neigh, 4 neighbours'],
      ['interfaces/ip-neigh-json', 'ip-neigh, 4 neighbours'],
      ['interfaces/bridge-fdb', 'bridge-fdb'],
      ['interfaces/bridge-fdb-json', 'bridge-fdb'],
      ['interfaces/sysctl', 'sysctl'],
      ['ipset/save', 'ipset-save, 12 sets, 32 members'],
      ['net/ss', 'ss, 11 listeners'],
      ['etcd/v2-get', 'etcd-flannel, 1 configurations, 0 leases'],
      ['etcd/v2-keys-json', 'etcd-flannel, 1 configurations, 2 leases'],
      ['etcd/v3-prefix', 'etcd-flannel, 1 configurations, 2 leases'],
      ['etcd/v3-prefix-json', 'etcd-flannel, 1 configurations, 2 leases'],
      ['capture/tcpdump-n', 'tcpdump, 18 packets'],
      ['capture/tcpdump-any', 'tcpdump, 18 packets'],
      ['capture/tcpdump-e', 'tcpdump, 18 packets'],
      ['capture/tcpdump-v', 'tcpdump, 18 packets'],
      ['capture/tcpdump-tt', 'tcpdump, 18 packets'],
    ];
    const files = kinds.map(([name]) => `test/fixtures/${name}.txt`);
    const { stdout, stderr } = await hoplens('check', ...files);
    assert.equal(stderr, '');
    assert.doesNotMatch(stdout, / error: /);
    for (const [at, [, kind]] of kinds.entries())
      assert.ok(stdout.includes(`${files[at] ?? ''}: ${kind}`), `${files[at] ?? ''} ${kind}\n${stdout}`);
  });

  test('a dump that is cut off: file, line and why; exit code 1', async () => {
    const cut = SAVED.slice(0, SAVED.indexOf(':LOGDROP'));
    const lines = cut.trimEnd().split('\n');
    const { code, stdout, file } = await check('cut.txt', cut);
    assert.ok(
      stdout.includes(
        `${file}:${lines.length}: error: the dump ends inside table filter (line ${lines.indexOf('*filter') + 1})`,
      ),
    );
    assert.equal(code, 1);
  });

  test('a jump to nowhere: exit code 1', async () => {
    const { code, stdout, file } = await check(
      'dangling.txt',
      '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j GONE\nCOMMIT\n',
    );
    assert.ok(stdout.includes(`${file}:3: error: chain GONE does not exist in table filter`));
    assert.equal(code, 1);
  });

  test('Windows line ends, a byte order mark and UTF-16 are no problem', async () => {
    const plain = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m comment --comment "é" -j ACCEPT\nCOMMIT\n';
    const contents: readonly (readonly [string, string | Uint8Array])[] = [
      ['crlf.txt', plain.replaceAll('\n', '\r\n')],
      ['bom.txt', `\ufeff${plain}`],
      ['utf16.txt', Buffer.from(`\ufeff${plain.replaceAll('\n', '\r\n')}`, 'utf16le')],
      ['indented.txt', plain.replace(/^/gm, '    ')],
      ['packed.txt.gz', gzipSync(plain)],
    ];
    const files = contents.map(([name, content]) => write(name, content));
    const { code, stdout } = await hoplens('check', ...files);
    assert.equal(stdout, files.map((file) => `${file}: iptables-save, 1 tables, 1 chains, 1 rules\n`).join(''));
    assert.equal(code, 0);
  });

  test('text that is not UTF-8 is read as Latin-1, and said to be', async () => {
    const { code, stdout, file } = await check(
      'latin1.txt',
      Buffer.from(
        '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m comment --comment "n\u00e3o" -j ACCEPT\nCOMMIT\n',
        'latin1',
      ),
    );
    assert.ok(stdout.includes(`${file}: iptables-save, 1 tables, 1 chains, 1 rules`));
    assert.ok(stdout.includes(`${file}:3: warning: this is not UTF-8`));
    assert.equal(code, 1);
  });

  test('a line of some megabytes takes no time', async () => {
    const long = `*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m comment --comment "${'x '.repeat(500_000)}" -j ACCEPT\n-A "${'\\"'.repeat(300_000)}" -j DROP\n${'y'.repeat(1_000_000)}\nCOMMIT\n`;
    const worked = cpuTimer();
    const { code, stdout } = await check('long.txt', long);
    assert.equal(code, 1);
    assert.ok(stdout.length < 1_000_000);
    assert.ok(worked() < 8000);
  });

  test('a snapshot, plain or packed: problems of its outputs with their place', async () => {
    const bad = snapshot(
      node('worker', {
        'iptables-save': '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j GONE\nCOMMIT\n',
        'ip-route': 'nonsense\n',
        'ip-addr': { exitCode: 127, stderr: 'ip: not found', command: 'ip addr' },
        constructor: 'x',
        toString: 'y',
      }),
    );
    const { code, stdout, file } = await check('bad.hoplens.json', JSON.stringify(bad));
    assert.ok(stdout.startsWith(`${file}: snapshot, 1 nodes, 1 namespaces, 5 outputs\n`));
    assert.ok(
      stdout.includes(`${file}:3: error: worker/host iptables-save: chain GONE does not exist in table filter`),
    );
    assert.ok(stdout.includes(`${file}:1: error: worker/host ip-route: "nonsense" is not a route`));
    assert.ok(stdout.includes('worker/host ip-addr: "ip addr" failed with exit code 127: ip: not found'));
    assert.equal(code, 1);
    const packed = await check('good.hoplens.json.gz', gzipSync(GOOD));
    assert.deepEqual([packed.code, packed.stdout], [0, `${packed.file}: snapshot, 1 nodes, 1 namespaces, 2 outputs\n`]);
    assert.equal(
      (await check('unmarked.txt', `{"nodes":[],"hoplensSnapshot":1}`)).code,
      0,
      'whatever its name and the order of its keys',
    );
  });

  test('what cannot be read: on stderr, with file and line; exit code 2', async () => {
    const damaged = gzipSync(GOOD);
    damaged[20] = (damaged[20] ?? 0) ^ 0xff;
    const cases: readonly (readonly [string, string | Uint8Array, string])[] = [
      ['empty.txt', '', ':1: error: the file is empty'],
      ['blank.txt', ' \n\n', ':1: error: the file is empty'],
      ['binary.bin', Uint8Array.from({ length: 500 }, (_, at) => (at * 7919) % 256), ':1: error: this is not text'],
      [
        'image.png',
        Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]),
        ': error: this is not text',
      ],
      ['novel.txt', '天地玄黄 宇宙洪荒\nЭто просто текст.\n', ':1: error: this is no output that Hoplens knows'],
      ['cut.json.gz', gzipSync(GOOD).subarray(0, 60), ':1: error: the gzip data is damaged or cut off'],
      ['damaged.gz', damaged, ':1: error: the gzip data is damaged or cut off'],
      [
        'broken.hoplens.json',
        `{\n "hoplensSnapshot": 1,\n "nodes": [x]\n}`,
        ':3: error: this is not JSON: "x]" cannot stand here',
      ],
      ['cut.hoplens.json', GOOD.slice(0, 100), ':1: error: the JSON is cut off'],
      ['other.hoplens.json', '{"name": "x"}', ':1: error: this is not a Hoplens snapshot'],
      ['future.hoplens.json', '{"hoplensSnapshot": 2, "nodes": []}', ':1: error: this snapshot is of format 2'],
    ];
    const files = cases.map(([name, content]) => write(name, content));
    const ran = await hoplens('check', ...files);
    assertDecent(ran);
    const lines = ran.stderr.trimEnd().split('\n');
    assert.equal(lines.length, cases.length);
    for (const [at, [name, , message]] of cases.entries())
      assert.ok(
        lines[at]?.startsWith(`${files[at] ?? ''}:`) && lines[at].includes(message),
        `${name}: ${lines[at] ?? ''}`,
      );
    assert.deepEqual([ran.code, ran.stdout], [2, '']);
    const alone = await check('alone.txt', '');
    assert.deepEqual(
      [alone.code, alone.stderr],
      [2, `${alone.file}:1: error: the file is empty: run the command again and save what it prints\n`],
    );
  });

  test('a file that is not there, a folder and no file at all: exit code 2', async () => {
    const missing = await hoplens('check', '/nonexistent/rules.txt', 'test');
    assert.match(missing.stderr, /\/nonexistent\/rules\.txt:\S* .*no such file/);
    assert.match(missing.stderr, /^test:\S* .*is a directory/m);
    const none = await hoplens('check');
    assert.match(none.stderr, /which file/);
    assert.deepEqual([missing.code, none.code], [2, 2]);
    for (const ran of [missing, none]) assertDecent(ran);
  });

  test('one file that cannot be read does not keep the others from being looked at', async () => {
    const good = write('one.txt', '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n');
    const { code, stdout, stderr } = await hoplens('check', '/nonexistent', good, write('two.txt', ''));
    assert.ok(stdout.includes(`${good}: iptables-save`));
    assert.match(stderr, /nonexistent.*no such file/);
    assert.match(stderr, /two\.txt:1: error: the file is empty/);
    assert.equal(code, 2);
  });

  test('--json says the same to programs', async () => {
    const { code, stdout, file } = await check(
      'dangling2.txt',
      '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m time --timestart 8:00 -j GONE\nCOMMIT\n',
      '--json',
    );
    assert.deepEqual(JSON.parse(stdout), [
      {
        file,
        kind: 'iptables-save',
        counts: { tables: 1, chains: 1, rules: 1 },
        problems: [{ severity: 'error', line: 3, message: 'chain GONE does not exist in table filter' }],
        notSimulated: [{ name: '-m time', line: 3, count: 1 }],
        unreadable: false,
      },
    ]);
    assert.equal(code, 1);
    const empty = await check('empty2.txt', '', '--json');
    const [said] = JSON.parse(empty.stdout) as { unreadable: boolean; kind: null }[];
    assert.deepEqual([said?.unreadable, said?.kind, empty.code], [true, null, 2]);
  });

  test('of very many rules, what each says is not kept: 150,000 in a heap of 200 MB', async () => {
    const rules = Array.from(
      { length: 150_000 },
      (_, at) => `-A INPUT -s 10.${at >> 16}.${(at >> 8) & 255}.${at & 255}/32 -p tcp -m tcp --dport 80 -j ACCEPT\n`,
    );
    const file = write('many.txt', `*filter\n:INPUT ACCEPT [0:0]\n${rules.join('')}COMMIT\n`);
    const options = ['--max-old-space-size=200', await program(), 'check', file];
    const { stdout } = await promisify(execFile)(process.execPath, options);
    assert.equal(stdout, `${file}: iptables-save, 1 tables, 1 chains, 150000 rules\n`);
  });

  test('UTF-16 is read in either order of bytes', async () => {
    const little = Buffer.from(`\ufeff${SAVED}`, 'utf16le');
    const big = Buffer.from(little).swap16();
    for (const [name, bytes] of Object.entries({ little, big })) {
      const { code, stdout, file } = await check(`${name}.txt`, bytes);
      assert.equal(stdout.split('\n')[0], `${file}: iptables-save, 4 tables, 19 chains, 34 rules`);
      assert.equal(code, 0);
    }
  });

  test('namespaces of every kind are looked at', async () => {
    const pod = namespace('default/g4', 'pod', {
      'iptables-save': '*nat\nCOMMIT\n',
      'resolv-conf': 'nameserver 10.0.0.10\n',
    });
    const { code, stdout, file } = await check(
      'pods.hoplens.json',
      JSON.stringify(snapshot({ ...node('n', {}), namespaces: [pod] })),
    );
    assert.equal(stdout, `${file}: snapshot, 1 nodes, 1 namespaces, 2 outputs\n`);
    assert.equal(code, 0);
  });
});
