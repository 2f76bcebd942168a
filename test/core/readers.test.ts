import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readCapture } from '../../src/core/capture/read';
import { checkText } from '../../src/core/check';
import type { TextKind } from '../../src/core/kind';
import { hostileText } from '../support/arbitrary';
import { cpuTimer } from '../support/cpu-time';

/* Every reader, on what nodes really print and on what becomes of it: cut off, put together, damaged. */

const FOLDERS = ['save', 'listings', 'routes', 'interfaces', 'ipset', 'etcd', 'net', 'capture', 'kube-proxy'];
const DUMPS = FOLDERS.flatMap((folder) =>
  readdirSync(`test/fixtures/${folder}`).map((name) => readFileSync(`test/fixtures/${folder}/${name}`)),
);
/** As much of each as is read in no time. */
const TEXTS = DUMPS.map((bytes) => bytes.toString('latin1').slice(0, 3000));

const KINDS: readonly TextKind[] = [
  'iptables-save',
  'iptables-list',
  'ip-route',
  'ip-rule',
  'ip-addr',
  'ip-neigh',
  'bridge-fdb',
  'ipset-save',
  'nft-ruleset',
  'conntrack',
  'ipvs',
  'sysctl',
  'resolv-conf',
  'tcpdump',
  'ss',
  'etcd-flannel',
  'etcd-registry',
  'flannel-subnet-env',
  'kubectl',
];

const place = fc.nat(3000);
const damage: fc.Arbitrary<(text: string) => string> = fc.oneof(
  place.map((at) => (text: string) => text.slice(0, at)),
  place.map((at) => (text: string) => text.slice(at)),
  fc.tuple(place, fc.nat(200)).map(
    ([at, length]) =>
      (text: string) =>
        text.slice(0, at) + text.slice(at + length),
  ),
  fc.tuple(place, hostileText).map(
    ([at, more]) =>
      (text: string) =>
        text.slice(0, at) + more + text.slice(at),
  ),
  fc.tuple(place, fc.constantFrom(...TEXTS)).map(
    ([at, other]) =>
      (text: string) =>
        text.slice(0, at) + other,
  ),
  fc.constant((text: string) => text.replaceAll('\n', '\r\n')),
  fc.constant((text: string) => text.replaceAll(/\s+/g, ' ')),
);
const damaged = fc
  .tuple(fc.constantFrom(...TEXTS), fc.array(damage, { maxLength: 3 }))
  .map(([text, damages]) => damages.reduce((sofar, change) => change(sofar), text));

suite('every reader', () => {
  test('takes any text, and tells what is wrong with it by lines that are there', () => {
    fc.assert(
      fc.property(damaged, fc.constantFrom(undefined, ...KINDS), (text, kind) => {
        const report = checkText(text, kind);
        const problems = 'message' in report ? [report] : report.problems;
        const lines = text.split('\n').length;
        for (const { line, message } of problems) {
          assert.ok(Number.isInteger(line) && line >= 1 && line <= lines, `${message} on line ${line} of ${lines}`);
          assert.notEqual(message, '');
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('of captures takes any bytes', () => {
    const bytes = fc
      .tuple(fc.constantFrom(...DUMPS), fc.nat(20_000), fc.uint8Array({ maxLength: 40 }))
      .map(([dump, at, more]) => Buffer.concat([dump.subarray(0, at), more, dump.subarray(at + more.length)]));
    fc.assert(
      fc.property(bytes, (content) => {
        const { packets, problem } = readCapture(content);
        assert.ok(Array.isArray(packets) && problem !== '');
      }),
      { numRuns: 200 },
    );
  });

  test('works in proportion to what it reads', () => {
    for (const kind of KINDS)
      for (const unit of [
        'a',
        ' ',
        '"',
        '\\',
        '-j ',
        '[{',
        '{"a":',
        '-A X -j ',
        '1: a: <',
        'x\n',
        'src=1.1.1.1 ',
        '/* ',
      ]) {
        const spent = cpuTimer();
        checkText(unit.repeat(60_000 / unit.length), kind);
        assert.ok(spent() < 3000, `${kind}: ${JSON.stringify(unit)} again and again takes ${spent()} ms`);
      }
  });
});
