import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatSocket } from '../../../src/core/net/address';
import { destinationOf } from '../../../src/core/netfilter/destination';
import { rule } from '../../support/rules';

const of = (body: string): string | undefined => {
  const found = destinationOf(rule(body));
  return found && `${formatSocket(found.address, found.port)} ${found.protocol ?? 'any'}`;
};

suite('the host that a rule is about', () => {
  test('is its destination, with the port', () => {
    assert.equal(of('-d 10.0.0.103/32 -p tcp -m tcp --dport 80 -j ACCEPT'), '10.0.0.103:80 6');
    assert.equal(of('-d 10.0.0.10/32 -j ACCEPT'), '10.0.0.10 any');
  });

  test('is the new destination where it gives one', () => {
    assert.equal(
      of('-d 10.0.0.103/32 -p udp -m udp --dport 53 -j DNAT --to-destination 10.1.63.3:5353'),
      '10.1.63.3:5353 17',
    );
  });

  test('is not any of a network, of a range of ports, nor one that is excepted', () => {
    assert.equal(of('-d 10.1.0.0/16 -j ACCEPT'), undefined);
    assert.equal(of('! -d 10.0.0.103/32 -j ACCEPT'), undefined);
    assert.equal(of('-s 10.0.0.103/32 -j ACCEPT'), undefined);
    assert.equal(of('-d 10.0.0.103/32 -p tcp -m tcp --dport 80:90 -j ACCEPT'), '10.0.0.103 6');
  });
});
