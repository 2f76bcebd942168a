import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Attempt } from '../../src/nodes/batch/batch';
import type { PlannedProbe } from '../../src/nodes/plan';
import { type Probe, probe } from '../../src/nodes/probes';
import { type Circumstances, gapsOf, resultOf } from '../../src/nodes/result';

function planned(one: Probe): PlannedProbe {
  const forms = [one.argv, ...(one.older ?? [])];
  return { namespace: 'host', probe: one, forms, task: { attempts: forms, root: one.needsRoot } };
}

function attempt(code: number, stdout = '', stderr = '', cut?: Attempt['cut']): Attempt {
  return { argv: [], code, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr), cut };
}

const AS_ROOT: Circumstances = {
  root: 'root',
  sudoSays: '',
  limits: { milliseconds: 15_000, maxBytes: 1000, namespaces: 1 },
};
const PLAIN = planned(probe('ip-rule', '', ['ip', '-j', 'rule'], { older: [['ip', 'rule']] }));
const OPTIONAL = planned(probe('ipset-save', '', ['ipset', 'save'], { optional: true, needsRoot: true }));

suite('what is missing, in sentences', () => {
  const failed = { probe: 'ip-neigh', why: 'failed', text: 'no.' } as const;
  const root = { namespace: 'host', why: 'needs root', text: 'only root.' } as const;
  for (const [title, shortcomings, sentences] of [
    ['of the node', [{ ...failed, namespace: 'host' }], ['ip-neigh: no.']],
    ['of a namespace', [{ ...failed, namespace: 'g4' }], ['g4, ip-neigh: no.']],
    [
      'of many',
      ['host', 'g4', 'g5'].map((namespace) => ({ ...failed, namespace })),
      ['host and 2 other namespaces, ip-neigh: no.'],
    ],
    [
      'what needs root',
      [
        { ...failed, namespace: 'host' },
        { ...root, probe: 'ss' },
        { ...root, probe: 'conntrack' },
      ],
      ['ss, conntrack: only root.', 'ip-neigh: no.'],
    ],
  ] as const)
    test(title, () => {
      assert.deepEqual(gapsOf(shortcomings), sentences);
    });
});

suite('what came of a probe', () => {
  test('the form that succeeded, in its own words', () => {
    const result = resultOf(PLAIN, [attempt(255, '', 'Option "-j" is unknown'), attempt(0, '0: from all')], AS_ROOT);
    assert.deepEqual(result, {
      output: { command: 'ip rule', exitCode: 0, stdout: '0: from all', stderr: '' },
      shortcoming: undefined,
    });
  });

  test('a failure with something to read is worth reading', () => {
    const result = resultOf(PLAIN, [attempt(1, 'most of it', 'but this'), attempt(127)], AS_ROOT);
    assert.deepEqual([result?.output.stdout, result?.shortcoming], ['most of it', undefined]);
  });

  test('a program that runs says more than one that is not installed', () => {
    const result = resultOf(PLAIN, [attempt(1, '', 'RTNETLINK answers: No buffer space'), attempt(127)], AS_ROOT);
    assert.deepEqual(result?.shortcoming, {
      ...{ namespace: 'host', probe: 'ip-rule', why: 'failed' },
      text: 'RTNETLINK answers: No buffer space',
    });
  });

  test('not installed', () => {
    const tried = [attempt(127, '', 'setsid: failed to execute ip'), attempt(127)];
    assert.equal(resultOf(PLAIN, tried, AS_ROOT)?.shortcoming?.text, 'ip is not installed.');
    assert.equal(resultOf(OPTIONAL, [attempt(127)], AS_ROOT), undefined);
  });

  for (const said of [
    'cat: /run/flannel/subnet.env: No such file or directory',
    "curl: (7) Failed to connect to 127.0.0.1 port 2379 after 0 ms: Couldn't connect to server",
    "curl: (7) couldn't connect to host",
    'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
  ])
    test(`nothing to read: ${said}`, () => {
      assert.equal(resultOf(OPTIONAL, [attempt(1, '', said)], AS_ROOT), undefined);
      assert.equal(resultOf(PLAIN, [attempt(1, '', said)], AS_ROOT)?.shortcoming?.why, 'failed');
    });

  test('what needs root and has it not, says so', () => {
    const said = 'ipset v7.17: Kernel error received: Operation not permitted';
    const circumstances = { ...AS_ROOT, root: 'none', sudoSays: 'sudo: a password is required' } as const;
    const result = resultOf(OPTIONAL, [attempt(1, '', said)], circumstances);
    assert.equal(result?.shortcoming?.why, 'needs root');
    assert.match(result.shortcoming.text, /log in as root, or let sudo .* a password is required/);
    assert.equal(result.output.stderr, said);
    assert.equal(resultOf(OPTIONAL, [attempt(1, '', said)], AS_ROOT)?.shortcoming?.why, 'failed');
  });

  test('half of an output is none', () => {
    const result = resultOf(PLAIN, [attempt(143, 'half of', 'so far', 'time')], AS_ROOT);
    assert.deepEqual(result?.output, {
      ...{ command: 'ip -j rule', exitCode: 124, stdout: '' },
      stderr: 'so far\nhoplens: stopped, as it took more than 15 s; what it had printed is left out\n',
    });
    assert.equal(result.shortcoming?.why, 'took too long');
    assert.equal(resultOf(PLAIN, [attempt(143, 'x', '', 'size')], AS_ROOT)?.shortcoming?.why, 'printed too much');
  });

  test('not come to', () => {
    assert.equal(resultOf(PLAIN, [], AS_ROOT), undefined);
  });
});
