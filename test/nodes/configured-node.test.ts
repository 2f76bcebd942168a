import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readConfiguredNodes } from '../../src/nodes/configured-node';

suite('the nodes of the settings', () => {
  test('everything that a node may have', () => {
    const worker = {
      ...{ name: 'worker', host: '192.168.1.12', port: 2222, user: 'root' },
      ...{ identityFile: '~/.ssh/lab', proxyJump: 'gate' },
    };
    assert.deepEqual(readConfiguredNodes([worker, { name: 'master' }]), {
      nodes: [worker, { name: 'master' }],
      problems: [],
    });
  });

  test('one that is wrong does not take the others away, and is told by its place', () => {
    const { nodes, problems } = readConfiguredNodes([
      ...[{ name: 'worker' }, 'master', { host: 'a' }, { name: 'x/y' }, { name: 'b', port: 0 }, { name: 'c', user: 7 }],
      ...[{ name: 'worker', port: 23 }, { name: 'd', port: '22' }, { name: '-oProxyCommand=x' }, { name: 'last' }],
    ]);
    assert.deepEqual(
      nodes.map(({ name }) => name),
      ['worker', 'last'],
    );
    assert.deepEqual(
      problems.map((problem) => /^Node (\d+) /.exec(problem)?.[1]),
      ['2', '3', '4', '5', '6', '7', '8', '9'],
    );
  });

  test('what is no list is told so', () => {
    assert.deepEqual(readConfiguredNodes({ name: 'worker' }).problems.length, 1);
  });
});
