import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { formatAddress } from '../../../src/core/net/address';
import { readFdb, readNeighbours } from '../../../src/core/routing/neighbour';

function read(name: string): string {
  return readFileSync(`test/fixtures/interfaces/${name}.txt`, 'utf8');
}

suite('ip neigh', () => {
  test('text and JSON say the same', () => {
    for (const form of ['ip-neigh', 'ip-neigh-json'])
      assert.deepEqual(
        readNeighbours(read(form)).map(({ address, device, mac, state }) => [
          formatAddress(address),
          device,
          mac,
          state,
        ]),
        [
          ['10.1.63.0', 'flannel.1', '02:00:00:00:00:11', 'PERMANENT'],
          ['192.168.1.9', 'eth0', undefined, 'FAILED'],
          ['192.168.1.1', 'eth0', undefined, 'FAILED'],
          ['fd00:1::9', 'eth0', '02:00:00:00:00:99', 'REACHABLE'],
        ],
        form,
      );
  });

  test('a router is a neighbour like others, and other lines are none', () => {
    const found = readNeighbours(
      'fe80::1 dev eth0 lladdr 02:00:00:00:00:01 router STALE\nnonsense\n10.0.0.1 lladdr x\n',
    );
    assert.deepEqual(
      found.map(({ state, mac, line }) => [state, mac, line]),
      [['STALE', '02:00:00:00:00:01', 1]],
    );
  });
});

suite('bridge fdb', () => {
  test('text and JSON say the same', () => {
    const told = (form: string): string[] =>
      readFdb(read(form)).map(({ mac, device, vtep }) => `${mac} ${device} ${vtep ? formatAddress(vtep) : '-'}`);
    assert.deepEqual(told('bridge-fdb'), told('bridge-fdb-json'));
    assert.equal(told('bridge-fdb').length, read('bridge-fdb').trim().split('\n').length);
    assert.ok(told('bridge-fdb').includes('02:00:00:00:00:11 flannel.1 192.168.1.11'));
  });
});
