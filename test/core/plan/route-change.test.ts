import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readRouteChange } from '../../../src/core/plan/route-change';

suite('a change of a route with several next hops', () => {
  test('has what is said of the whole route before the first of them', () => {
    const made = readRouteChange('add 10.8.0.0/16 metric 5 nexthop via 10.1.9.7 weight 2 nexthop dev eth0');
    assert.ok('route' in made);
    assert.deepEqual(
      made.route.nextHops.map(({ device, weight }) => [device, weight]),
      [
        [undefined, 2],
        ['eth0', 1],
      ],
    );
    assert.equal(made.route.metric, 5);
  });

  test('is refused where ip would not take it, or where it could not be taken back', () => {
    for (const [text, error] of [
      ['add 10.8.0.0/16 nexthop via 10.1.9.7 metric 5', /before the first nexthop/],
      ['add 10.8.0.0/16 nexthop via 10.1.9.7 weight 0 nexthop dev eth0', /weight of a next hop is 1 to 256/],
      ['add 10.8.0.0/16 nexthop via 10.1.9.7 nexthop weight 2', /where to\?/],
      ['add 10.8.0.0/16 nexthop via peer nexthop dev eth0', /via "peer" is not an address/],
      ['add 2001:db8::/32 nexthop via fe80::1 dev eth0 nexthop dev eth1', /IPv6 route with several next hops/],
    ] as const) {
      const made = readRouteChange(text);
      assert.match('error' in made ? made.error : 'taken', error, text);
    }
  });
});
