import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { formatAddress } from '../../../src/core/net/address';
import { candidates, readResolvConf } from '../../../src/core/dns/resolv-conf';
import { hostileText } from '../../support/arbitrary';

const MASTER = `domain lan
search default.svc.cluster.local svc.cluster.local cluster.local lan #full names
nameserver 10.0.0.10 #skydns
nameserver 192.168.199.1
`;

suite('resolv.conf', () => {
  test('of the founding document', () => {
    const { nameservers, search, ndots } = readResolvConf(MASTER);
    assert.deepEqual(
      nameservers.map(({ address, line }) => [formatAddress(address), line]),
      [
        ['10.0.0.10', 3],
        ['192.168.199.1', 4],
      ],
    );
    assert.deepEqual(search, ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'lan']);
    assert.equal(ndots, 1);
  });

  test('the last of search and domain holds, and so does the last ndots; 15 is its greatest value', () => {
    assert.deepEqual(readResolvConf('search a b\ndomain c\n').search, ['c']);
    assert.deepEqual(readResolvConf('domain c\nsearch a b\n').search, ['a', 'b']);
    assert.equal(readResolvConf('options ndots:5 timeout:1\n').ndots, 5);
    assert.equal(readResolvConf('options ndots:5\noptions edns0 ndots:2\n').ndots, 2);
    assert.equal(readResolvConf('options ndots:99\n').ndots, 15);
    assert.equal(readResolvConf('options ndots:x\n').ndots, 1);
  });

  test('comments, IPv6 with a zone, and lines that are none of it', () => {
    const { nameservers } = readResolvConf(
      '; x\n# nameserver 1.1.1.1\n nameserver fe80::1%eth0\nnameserver nobody\nnameserver\n\u0000\n',
    );
    assert.deepEqual(
      nameservers.map(({ address, line }) => [formatAddress(address), line]),
      [['fe80::1', 3]],
    );
  });

  test('any text is some configuration', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const { ndots, nameservers } = readResolvConf(text);
        assert.ok(ndots >= 0 && ndots <= 15);
        assert.ok(nameservers.length <= text.length);
      }),
    );
  });
});

suite('the names that a resolver asks for (res_search)', () => {
  const conf = { nameservers: [], search: ['default.svc.cluster.local', 'svc.cluster.local', 'lan.'], ndots: 1 };
  const searched = (name: string): string[] => [
    `${name}.default.svc.cluster.local`,
    `${name}.svc.cluster.local`,
    `${name}.lan`,
  ];

  test('a name with fewer dots than ndots: the search list, then the name itself', () => {
    assert.deepEqual(candidates('g4', conf), [...searched('g4'), 'g4']);
    assert.deepEqual(candidates('a.b.c.d.e', { ...conf, ndots: 5 }), [...searched('a.b.c.d.e'), 'a.b.c.d.e']);
  });

  test('a name with as many dots: the name itself, then the search list', () => {
    assert.deepEqual(candidates('g4.default', conf), ['g4.default', ...searched('g4.default')]);
    assert.deepEqual(candidates('a.b.c.d.e.f', { ...conf, ndots: 5 })[0], 'a.b.c.d.e.f');
  });

  test('a name that ends in a dot: itself alone', () => {
    assert.deepEqual(candidates('g4.', conf), ['g4']);
  });

  test('ndots:0 and the root as a search domain', () => {
    assert.deepEqual(candidates('g4', { ...conf, ndots: 0 })[0], 'g4');
    assert.deepEqual(candidates('g4', { ...conf, search: ['.'] }), ['g4', 'g4']);
  });
});
