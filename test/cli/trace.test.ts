import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { JsonObject } from '../../src/core/text/json';
import { folder, hoplens } from '../support/cli';
import { assertSourcesStandThere, assertTraceContract } from '../support/contract';
import { flannelCluster } from '../support/flannel-cluster';
import { node, snapshot } from '../support/snapshots';

const write = folder();
const strict = flannelCluster({ tunnel: 'tun', worker: '1', master: '0' });
const failing = write('strict.hoplens.json', JSON.stringify(strict));
const working = write(
  'loose.hoplens.json',
  JSON.stringify(flannelCluster({ tunnel: 'vxlan', worker: '2', master: '2' })),
);

async function json(...args: string[]): Promise<{ code: number; value: JsonObject & { outcomes: JsonObject[] } }> {
  const { code, stdout, stderr } = await hoplens('trace', ...args, '--json');
  assert.equal(stderr, '');
  const value: unknown = JSON.parse(stdout);
  assertTraceContract(value);
  return { code, value };
}

suite('hoplens trace', { concurrency: true }, () => {
  test('the answer first, then the way, hop by hop; exit code 0 where it connects', async () => {
    const { code, stdout, stderr } = await hoplens('trace', working, '--from', 'worker', '--to', '10.0.0.103:80');
    assert.equal(stderr, '');
    assert.equal(code, 0);
    const lines = stdout.split('\n');
    assert.match(lines[0] ?? '', /^worker → 10\.0\.0\.103 port 80\/tcp connects/);
    const order = [
      'connected',
      'KUBE-SEP-BBBB #1: -A KUBE-SEP-BBBB -p tcp -m tcp -j DNAT',
      'carried in UDP',
      '  reply: delivered',
    ].map((part) => lines.findIndex((text) => text.includes(part)));
    assert.ok(!order.includes(-1), stdout);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
  });

  test('where it does not: why, what to do and what that would give; exit code 1', async () => {
    const { code, stdout } = await hoplens('trace', failing, '--from', 'worker', '--to', '10.0.0.103:80');
    assert.equal(code, 1);
    assert.match(stdout, /^no-reply$/m);
    assert.match(stdout, /error: .*rp_filter.*eth0/);
    assert.match(stdout, /on worker: iptables -t nat -A POSTROUTING -o flannel0 -j MASQUERADE/);
    assert.match(stdout, /then: connected; the server sees 10\.1\.12\.0/);
  });

  test('--json keeps its contract with programs, and every line that it names is there', async () => {
    const { code, value } = await json(failing, '--from', 'worker', '--to', '10.0.0.103:80');
    assert.equal(code, 1);
    assertSourcesStandThere(value, strict);
    const [outcome] = value.outcomes;
    assert.equal(outcome?.['verdict'], 'no-reply');
    assert.deepEqual((outcome['reply'] as JsonObject)['end'], { node: 'worker', namespace: 'host', interface: 'eth0' });
    const findings = outcome['findings'] as { evidence: JsonObject[] }[];
    assert.ok(findings[0]?.evidence.some(({ node: where, output }) => where === 'worker' && output === 'sysctl'));
  });

  test('steps come in the order of the kernel', async () => {
    const { value } = await json(working, '--from', 'worker', '--to', '10.0.0.103:80');
    const { steps } = value.outcomes[0]?.['request'] as {
      steps: { node: string; kind: string; hook: string | null; table: string | null; outer?: unknown[] }[];
    };
    const hooks = steps
      .filter((step) => step.node === 'worker' && step.hook !== null)
      .map((step) => `${step.hook ?? ''} ${step.table ?? ''}`);
    const distinct = hooks.filter((hook, at) => hook !== hooks[at - 1]);
    assert.deepEqual(
      distinct.filter((hook) => !hook.endsWith(' ')),
      ['OUTPUT raw', 'OUTPUT nat', 'OUTPUT filter', 'POSTROUTING nat'],
    );
    const tunnel = steps.find((step) => step.kind === 'tunnel');
    assert.ok((tunnel?.outer?.length ?? 0) > 0, 'the outer packet hangs under the tunnel');
    assert.deepEqual(steps.at(-1)?.kind, 'deliver');
  });

  test('--with traces as if a change were made', async () => {
    const rule = await hoplens(
      'trace',
      failing,
      '--from',
      'worker',
      '--to',
      '10.0.0.103:80',
      '--with',
      'worker: -t nat -A POSTROUTING -o flannel0 -j MASQUERADE',
    );
    assert.equal(rule.code, 0);
    assert.match(rule.stdout, /the server sees 10\.1\.12\.0/);
    const sysctl = await hoplens(
      'trace',
      failing,
      '--from',
      'worker',
      '--to',
      '10.0.0.103:80',
      '--with',
      'worker: net.ipv4.conf.eth0.rp_filter=2',
    );
    assert.equal(sysctl.code, 0);
    assert.match(sysctl.stdout, /connects; request and reply take different ways/);
    const drop = await hoplens(
      'trace',
      working,
      '--from',
      'worker',
      '--to',
      '10.0.0.103:80',
      '--with',
      'master: -I FORWARD -p tcp -m tcp --dport 80 -j DROP',
    );
    assert.equal(drop.code, 1);
    assert.match(drop.stdout, /^dropped$/m);
  });

  test('--capture lays captures over the trace, in words and in JSON; the exit code stays', async () => {
    const question = [failing, '--from', 'worker', '--to', '10.0.0.103:80'];
    const line = (second: string, flow: string, rest: string): string =>
      `12:00:0${second} IP ${flow}: Flags ${rest}, win 1, length 0\n`;
    const [there, back] = ['192.168.1.12.50712 > 10.1.63.3.80', '10.1.63.3.80 > 192.168.1.12.50712'];
    const syns = line('0.1', there, '[S], seq 1') + line('1.1', there, '[S], seq 1');
    const flannel0 = `worker:flannel0=${write('flannel0.txt', syns)}`;
    const eth0 = `worker:eth0=${write('eth0.txt', line('0.2', back, '[S.], seq 9, ack 2'))}`;
    const { code, stdout } = await hoplens('trace', ...question, '--capture', flannel0, '--capture', eth0);
    assert.equal(code, 1);
    assert.match(stdout, /^What was captured agrees with the trace: 2 of 2 packets/m);
    assert.match(stdout, /✓ seen +reply in eth0 of worker \(.*eth0\.txt:1\)/);
    const { value } = await json(...question, '--capture', flannel0, '--capture', eth0);
    const laid = value['laidOver'] as { outcomes: { stands: boolean; sightings: JsonObject[] }[] };
    assert.equal(laid.outcomes[0]?.stands, true);
    assert.equal(laid.outcomes[0].sightings.filter(({ mark }) => mark === 'seen').length, 2);
    const wrong = await hoplens('trace', ...question, '--capture', flannel0.replace('flannel0=', 'docker0='));
    assert.match(wrong.stdout, /first difference: .*SYN is seen on docker0 of worker/);
  });

  test('a capture that cannot be read, or was taken nowhere: exit code 2', async () => {
    const question = [failing, '--from', 'worker', '--to', '10.0.0.103:80', '--capture'];
    for (const [capture, message] of [
      ['worker:eth0', /--capture "worker:eth0": write NODE:INTERFACE=FILE/],
      ['worker:eth7=x', /--capture worker:eth7: there is no interface "eth7"/],
      ['worker:eth0=/nonexistent', /\/nonexistent: no such file/],
      [`worker:eth0=${write('no.pcap', 'hello\n')}`, /no\.pcap: there is no packet in this text/],
    ] as const) {
      const { code, stderr } = await hoplens('trace', ...question, capture);
      assert.match(stderr, message);
      assert.equal(code, 2);
    }
  });

  test('other protocols, and a source port', async () => {
    const ping = await json(working, '--from', 'worker', '--to', '10.1.63.3', '--proto', 'icmp');
    assert.equal(ping.code, 0);
    const sent = (ping.value.outcomes[0]?.['request'] as { sent: JsonObject }).sent;
    assert.deepEqual([sent['proto'], sent['sport'], sent['dport']], ['icmp', null, null]);
    const tcp = await json(working, '--from', 'worker', '--to', '10.0.0.103:80', '--sport', '50712');
    assert.equal((tcp.value.outcomes[0]?.['request'] as { sent: JsonObject }).sent['sport'], 50712);
    const udp = await json(working, '--from', 'worker', '--to', '10.1.63.3:53', '--proto', 'udp');
    assert.equal(udp.code, 1, 'nothing listens there');
  });

  test('a packed snapshot', async () => {
    const file = write('packed.hoplens.json.gz', gzipSync(JSON.stringify(strict)));
    assert.equal((await json(file, '--from', 'worker', '--to', '10.0.0.103:80')).code, 1);
  });

  test('what is not known is said, and never an accident', async () => {
    const bare = write(
      'bare.hoplens.json',
      JSON.stringify(
        snapshot(node('a', {}), node('b', { 'ip-addr': '2: eth0: <UP>\n    inet 10.0.0.2/24 scope global eth0\n' })),
      ),
    );
    const { code, value } = await json(bare, '--from', 'a', '--to', 'b:80');
    assert.deepEqual([code, value.outcomes[0]?.['verdict']], [1, 'undetermined']);
  });

  test('a question that cannot be understood: what is wrong, and what there is; exit code 2', async () => {
    const questions: readonly (readonly [args: string[], message: RegExp])[] = [
      [
        ['--from', 'nosuch', '--to', '10.0.0.103:80'],
        /strict\.hoplens\.json: "nosuch" is neither a node.*Nodes: worker, master/,
      ],
      [['--from', 'worker', '--to', 'master'], /which port of master\? Write master:PORT/],
      [['--from', 'worker', '--to', '10.0.0.103:80', '--sport', '0'], /--sport 0 is not a port/],
      [
        ['--from', 'worker', '--to', '10.0.0.103:80', '--with', 'nonsense'],
        /--with "nonsense": write NODE: RULE or NODE: KEY=VALUE/,
      ],
      [['--from', 'worker', '--to', '10.0.0.103:80', '--with', 'worker: -A NOSUCH -j DROP'], /no chain NOSUCH/],
      [['--from', 'worker'], /trace needs --from and --to/],
    ];
    for (const [args, message] of questions) {
      const { code, stdout, stderr } = await hoplens('trace', failing, ...args);
      assert.match(stderr, message);
      assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    }
  });

  test('a file that is no snapshot: file, line and why; exit code 2', async () => {
    const damaged = gzipSync(JSON.stringify(strict));
    damaged[30] = (damaged[30] ?? 0) ^ 0xff;
    const files: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
      ['rules.txt', '*nat\nCOMMIT\n', /rules\.txt:1: this is iptables-save output, not a snapshot/],
      [
        'cut.hoplens.json',
        JSON.stringify(strict, null, 1).slice(0, 300),
        /cut\.hoplens\.json:\d+: the JSON is cut off/,
      ],
      ['odd.hoplens.json', '{"hoplensSnapshot": 1,\n"nodes": 5}', /odd\.hoplens\.json:1: "nodes" is not a list/],
      ['damaged.gz', damaged, /damaged\.gz:1: the gzip data is damaged/],
    ];
    for (const [name, content, message] of files) {
      const { code, stdout, stderr } = await hoplens('trace', write(name, content), '--from', 'a', '--to', 'b:1');
      assert.match(stderr, message);
      assert.deepEqual([code, stdout], [2, ''], name);
    }
    const missing = await hoplens('trace', '/nonexistent', '--from', 'a', '--to', 'b:1');
    assert.match(missing.stderr, /\/nonexistent: no such file/);
    assert.equal(missing.code, 2);
  });
});
