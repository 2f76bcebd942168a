import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { formatAddress } from '../../../src/core/net/address';
import { formatPrefix } from '../../../src/core/net/prefix';
import { readRoutes, type Routes } from '../../../src/core/routing/read-routes';
import type { NextHop, Route } from '../../../src/core/routing/route';

/** One node's routes, printed by iproute2 6.1 and net-tools 2.10 in all of their forms. */
function fixture(name: string): Routes {
  const family = name.startsWith('ip6') ? 6 : 4;
  const read = readRoutes(readFileSync(`test/fixtures/routes/${name}.txt`, 'utf8'), family);
  assert.deepEqual(read.problems, [], name);
  return read;
}

function hop({ gateway, gatewayName, device, weight }: NextHop): string {
  const via = gateway ? formatAddress(gateway) : gatewayName;
  return [
    ...(via === undefined ? [] : ['via', via]),
    'dev',
    device ?? 'none',
    ...(weight === 1 ? [] : ['weight', weight]),
  ].join(' ');
}

/** What a route says, in one form whatever it was printed in. */
function told(route: Route): string {
  const { type, destination, nextHops, table, metric, tos, scope, protocol, preferredSource } = route;
  const source = preferredSource ? ` src ${formatAddress(preferredSource)}` : '';
  return `${type} ${formatPrefix(destination)} ${nextHops.map(hop).join(', ')} table ${table} metric ${metric} tos ${tos} scope ${scope ?? '-'} proto ${protocol ?? '-'}${source}`;
}

/** What `route` can tell: where to, by which gateway and interface. */
function toldByRoute({ type, destination, nextHops, metric }: Route): string {
  const refused = { unreachable: 'refused', prohibit: 'refused' }[type as string] ?? type;
  return `${refused} ${formatPrefix(destination)} ${nextHops.slice(0, 1).map(hop).join()} metric ${metric}`;
}

suite('ip route', () => {
  test('text and JSON say the same', () => {
    const text = fixture('ip-route').routes.map(told);
    assert.equal(text.length, readFileSync('test/fixtures/routes/ip-route.txt', 'utf8').match(/^\S/gm)?.length);
    assert.deepEqual(text, fixture('ip-route-json').routes.map(told));
    assert.deepEqual(fixture('ip6-route').routes.map(told), fixture('ip6-route-json').routes.map(told));
  });

  test('lists every table where it shows the local one', () => {
    assert.equal(fixture('ip-route').allTables, true);
    assert.equal(fixture('ip-route-json').allTables, true);
    assert.equal(fixture('ip-route-main').allTables, false);
    assert.equal(fixture('route-n').allTables, false);
  });

  test('each kind of route is what it is', () => {
    const { routes } = fixture('ip-route');
    const of = (start: string): string[] => routes.filter((route) => route.text.startsWith(start)).map(told);
    assert.deepEqual(of('default via 192.168.1.1'), [
      'unicast 0.0.0.0/0 via 192.168.1.1 dev eth0 table main metric 1024 tos 0 scope - proto -',
    ]);
    assert.deepEqual(of('default via 192.168.1.9'), [
      'unicast 0.0.0.0/0 via 192.168.1.9 dev eth0 table 100 metric 0 tos 0 scope - proto -',
    ]);
    assert.deepEqual(of('throw'), ['throw 10.5.0.0/16 dev none table 100 metric 0 tos 0 scope - proto -']);
    assert.deepEqual(of('unreachable'), ['unreachable 10.3.0.0/16 dev none table main metric 4 tos 0 scope - proto -']);
    assert.deepEqual(of('10.6.0.0/16'), [
      'unicast 10.6.0.0/16 via 192.168.1.5 dev eth0 weight 3, via 192.168.1.6 dev eth0 table main metric 0 tos 0 scope - proto -',
    ]);
    assert.deepEqual(of('10.7.0.0/16'), [
      'unicast 10.7.0.0/16 via fe80::1 dev eth0 table main metric 0 tos 0 scope - proto -',
    ]);
    assert.deepEqual(of('10.9.0.0/16'), ['unicast 10.9.0.0/16 dev eth0 table main metric 0 tos 16 scope link proto -']);
    assert.deepEqual(of('local 203.0.113.0/24'), [
      'local 203.0.113.0/24 dev lo table local metric 0 tos 0 scope host proto -',
    ]);
    assert.deepEqual(of('broadcast 10.1.9.255'), [
      'broadcast 10.1.9.255/32 dev docker0 table local metric 0 tos 0 scope link proto kernel src 10.1.9.1',
    ]);
    assert.deepEqual(of('default via fd00:1::1'), [
      'unicast ::/0 via fd00:1::1 dev eth0 table main metric 512 tos 0 scope - proto -',
    ]);
    assert.equal(routes.find((route) => route.text.startsWith('10.8.0.2'))?.nextHops[0]?.linkDown, true);
  });

  test('each route knows its line', () => {
    const lines = readFileSync('test/fixtures/routes/ip-route.txt', 'utf8').split('\n');
    for (const route of fixture('ip-route').routes)
      assert.equal(lines[route.line - 1]?.trim().replace(/\s+/g, ' '), route.text.split(' nexthop')[0]);
  });

  test('the spellings of older versions and of BusyBox', () => {
    const old =
      '10.1.0.0/16 dev flannel0  proto kernel  scope link  src 10.1.9.0 \ndefault via 192.168.1.1 dev eth0  metric 1024 \n10.2.0.0/16 dev eth0 dead linkdown\n';
    const { routes, problems } = readRoutes(old, 4);
    assert.deepEqual(problems, []);
    assert.deepEqual(routes.map(told), [
      'unicast 10.1.0.0/16 dev flannel0 table main metric 0 tos 0 scope link proto kernel src 10.1.9.0',
      'unicast 0.0.0.0/0 via 192.168.1.1 dev eth0 table main metric 1024 tos 0 scope - proto -',
      'unicast 10.2.0.0/16 dev eth0 table main metric 0 tos 0 scope - proto -',
    ]);
    assert.equal(routes[2]?.nextHops[0]?.dead, true);
  });

  test('with -o, next hops follow on the same line', () => {
    const { routes } = readRoutes(
      '10.6.0.0/16 \\\tnexthop via 192.168.1.5 dev eth0 weight 3 \\\tnexthop via 192.168.1.6 dev eth0 weight 1 \n',
      4,
    );
    assert.deepEqual(routes.map(told), [
      'unicast 10.6.0.0/16 via 192.168.1.5 dev eth0 weight 3, via 192.168.1.6 dev eth0 table main metric 0 tos 0 scope - proto -',
    ]);
  });

  test('a default route of IPv6 alone is told from one of IPv4 by its gateway, or by what was asked for', () => {
    assert.equal(readRoutes('default via fe80::1 dev eth0\n', 4).routes[0]?.family, 6);
    assert.equal(readRoutes('default dev wg0\n', 6).routes[0]?.family, 6);
    assert.equal(readRoutes('default dev wg0\n', 4).routes[0]?.family, 4);
  });

  test('a line that is no route is told, and the others are kept', () => {
    const { routes, problems } = readRoutes(
      'default via 10.0.0.1 dev eth0\nError: ipv4: FIB table does not exist.\n10.1.0.0/33 dev x\n10.2.0.0/16 dev y\n',
      4,
    );
    assert.deepEqual(
      routes.map(({ line }) => line),
      [1, 4],
    );
    assert.deepEqual(
      problems.map(({ line }) => line),
      [2, 3],
    );
    const json = readRoutes('[{"dst":"default","dev":"eth0"},\n{"dst":"nowhere"},\n{"dst":"10.0.0.0/8","dev":', 4);
    assert.deepEqual(
      json.routes.map(({ line }) => line),
      [1],
    );
    assert.deepEqual(json.problems.map(({ line }) => line).sort(), [2, 3]);
  });

  test('numbers that cannot be are no exception', () => {
    for (const text of [
      '[{"dst":"10.0.0.0/8","dev":"x","metric":1e999,"tos":"lots"}]',
      '10.0.0.0/8 dev x metric lots tos lowdelay\n',
    ])
      assert.equal(readRoutes(text, 4).routes.length, 1);
  });
});

suite('route and netstat -rn', () => {
  const expected = fixture('ip-route-main').routes;

  test('say the same as ip route of the main table', () => {
    for (const name of ['route', 'route-n'])
      // The gateway of another family is shown as none, and routes for one TOS like the others.
      assert.deepEqual(
        fixture(name).routes.map(toldByRoute).sort(),
        expected
          .map(toldByRoute)
          .map((text) => text.replace('via fe80::1 ', ''))
          .map((text) => text.replace(' weight 3', ''))
          .sort(),
        name,
      );
  });

  test('netstat shows no metric', () => {
    const { routes } = fixture('netstat-rn');
    assert.equal(routes.length, expected.length);
    assert.ok(routes.every(({ metric }) => metric === 0));
    const withMss = readRoutes(
      'Destination Gateway Genmask Flags MSS Window irtt Iface\n10.0.0.0 0.0.0.0 255.0.0.0 U 1460 0 0 eth0\n',
      4,
    );
    assert.deepEqual(withMss.routes.map(told), [
      'unicast 10.0.0.0/8 dev eth0 table main metric 0 tos 0 scope - proto -',
    ]);
  });

  test('of the founding document: gateways by name, "*" for none, link-local noise', () => {
    const { routes, problems } = readRoutes(
      `Kernel IP routing table
Destination Gateway Genmask Flags Metric Ref Use Iface
default OpenWrt.lan 0.0.0.0 UG 202 0 0 eth0
10.1.0.0 * 255.255.0.0 U 0 0 0 flannel0
link-local * 255.255.0.0 U 210 0 0 veth9b7959f
192.168.199.0 * 255.255.255.0 U 202 0 0 eth0
`,
      4,
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(routes.map(told), [
      'unicast 0.0.0.0/0 via OpenWrt.lan dev eth0 table main metric 202 tos 0 scope - proto -',
      'unicast 10.1.0.0/16 dev flannel0 table main metric 0 tos 0 scope - proto -',
      'unicast 169.254.0.0/16 dev veth9b7959f table main metric 210 tos 0 scope - proto -',
      'unicast 192.168.199.0/24 dev eth0 table main metric 202 tos 0 scope - proto -',
    ]);
    assert.deepEqual(
      routes.map(({ line }) => line),
      [3, 4, 5, 6],
    );
  });

  test('with more columns, as route -ee has them', () => {
    const text =
      'Destination Gateway Genmask Flags Metric Ref Use Iface MSS Window irtt\n10.0.0.0 0.0.0.0 255.0.0.0 U 5 0 0 eth0 0 0 0\n';
    assert.deepEqual(readRoutes(text, 4).routes.map(told), [
      'unicast 10.0.0.0/8 dev eth0 table main metric 5 tos 0 scope - proto -',
    ]);
  });

  test('a destination by name is left out, and said to be', () => {
    const { routes, problems } = readRoutes(
      'Destination Gateway Genmask Flags Metric Ref Use Iface\n_gateway 0.0.0.0 255.255.255.255 UH 100 0 0 ens33\nhello world\n',
      4,
    );
    assert.deepEqual(routes, []);
    assert.deepEqual(
      problems.map(({ line, severity }) => [line, severity]),
      [
        [2, 'warning'],
        [3, 'error'],
      ],
    );
  });
});
