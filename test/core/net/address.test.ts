import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { formatAddress, formatSocket, parseAddress, sameAddress } from '../../../src/core/net/address';
import { address, hostileText } from '../../support/arbitrary';

suite('addresses', () => {
  test('a dotted quad is a number of 32 bits', () => {
    assert.deepEqual(parseAddress('10.1.63.3'), { family: 4, value: 10n * 2n ** 24n + 2n ** 16n + 63n * 256n + 3n });
    assert.deepEqual(parseAddress('255.255.255.255'), { family: 4, value: 2n ** 32n - 1n });
    assert.deepEqual(parseAddress('0.0.0.0'), { family: 4, value: 0n });
  });

  test('IPv6 in every spelling of RFC 4291 is one number', () => {
    const loopback = { family: 6, value: 1n };
    for (const text of ['::1', '0:0:0:0:0:0:0:1', '0000::0001', '::0.0.0.1'])
      assert.deepEqual(parseAddress(text), loopback);
    assert.deepEqual(parseAddress('FD00::A'), { family: 6, value: (0xfd00n << 112n) + 10n });
    assert.deepEqual(parseAddress('::ffff:10.0.0.1'), { family: 6, value: 0xffff_0a00_0001n });
  });

  test('what inet_pton(3) refuses is no address', () => {
    const refused = [
      '',
      '10',
      '10.1',
      '10.1.1',
      '1.2.3.4.5',
      '256.1.1.1',
      '1.2.3.-4',
      ' 1.2.3.4',
      '1.2.3.4 ',
      '0x7f.0.0.1',
    ];
    const refused6 = [
      ':',
      ':::',
      '1::2::3',
      '12345::',
      'g::',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '::1/128',
      '[::1]',
    ];
    for (const text of [...refused, ...refused6, '010.1.1.1', '10.01.1.1']) {
      assert.equal(isIPv4(text) || isIPv6(text), false, text);
      assert.equal(parseAddress(text), undefined, text);
    }
  });

  test('are parsed just where inet_pton(3) would', () => {
    const textLikeAddress = fc.string({ unit: fc.constantFrom('0', '1', '2', '5', 'f', '.', ':'), maxLength: 20 });
    fc.assert(
      fc.property(fc.oneof(textLikeAddress, fc.ipV4(), fc.ipV6(), hostileText), (text) => {
        assert.equal(parseAddress(text) !== undefined, isIPv4(text) || isIPv6(text));
      }),
      { numRuns: 500 },
    );
  });

  test('are formatted as ip prints them: RFC 5952', () => {
    const printed = [
      '::',
      '::1',
      'fd00::1',
      '2001:db8::1:0:0:1',
      'fe80::42:aff:fe01:6105',
      '1:0:2:3:4:5:6:7',
      '10.1.9.0',
    ];
    for (const text of printed) assert.equal(formatAddress(parseAddress(text)!), text);
    assert.equal(formatAddress(parseAddress('2001:DB8:0:0:0:0:0:0')!), '2001:db8::');
  });

  test('formatting and parsing are inverse', () => {
    fc.assert(
      fc.property(address, (one) => {
        assert.deepEqual(parseAddress(formatAddress(one)), one);
      }),
    );
  });

  test('are the same only within one family', () => {
    assert.ok(sameAddress({ family: 4, value: 5n }, { family: 4, value: 5n }));
    assert.ok(!sameAddress({ family: 4, value: 5n }, { family: 6, value: 5n }));
    assert.ok(!sameAddress({ family: 4, value: 5n }, undefined));
    assert.ok(sameAddress(undefined, undefined));
  });

  test('stand in brackets before a port where they have colons of their own', () => {
    assert.equal(formatSocket(parseAddress('10.0.0.1')!, 80), '10.0.0.1:80');
    assert.equal(formatSocket(parseAddress('fd00::1')!, 80), '[fd00::1]:80');
    assert.equal(formatSocket(parseAddress('fd00::1')!, undefined), 'fd00::1');
  });
});
