import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseDestination, parseJumps } from '../../../src/nodes/ssh/destination';

suite('destinations', () => {
  const cases = [
    ['worker', { host: 'worker' }],
    ['root@worker', { host: 'worker', user: 'root' }],
    ['root@worker:2222', { host: 'worker', user: 'root', port: 2222 }],
    ['ssh://root@worker:2222/', { host: 'worker', user: 'root', port: 2222 }],
    ['fe80::1', { host: 'fe80::1' }],
    ['fe80::1%eth0', { host: 'fe80::1%eth0' }],
    ['[fe80::1]:22', { host: 'fe80::1', port: 22 }],
    ['user@realm@worker', { host: 'worker', user: 'user@realm' }],
  ] as const;
  for (const [text, expected] of cases)
    test(text, () => {
      assert.deepEqual(parseDestination(text), expected);
    });

  test('what could be an option, or reach a shell as more than a name, is refused', () => {
    for (const text of [
      '-oProxyCommand=id',
      'root@-oProxyCommand=id',
      '-l@worker',
      'a b',
      'worker;id',
      '$(id)',
      '`id`',
      "w'",
      'w\n',
      'w\0',
      '',
      '@worker',
      'worker:0',
      'worker:65536',
      'worker:x',
      'a:b:c',
    ])
      assert.throws(() => parseDestination(text), { kind: 'settings' }, JSON.stringify(text));
  });

  test('jumps', () => {
    assert.deepEqual(parseJumps('a, root@b:2'), [{ host: 'a' }, { host: 'b', user: 'root', port: 2 }]);
    assert.deepEqual(parseJumps('none'), []);
    assert.throws(() => parseJumps('a,-oX'), { kind: 'settings' });
  });
});
