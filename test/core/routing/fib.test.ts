import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type Address, formatAddress } from '../../../src/core/net/address';
import { contains, formatPrefix, prefixLength } from '../../../src/core/net/prefix';
import { parseProtocol } from '../../../src/core/net/protocol';
import { Fib, type Flow, localRoutes } from '../../../src/core/routing/fib';
import { readPolicyRules, STANDARD_RULES } from '../../../src/core/routing/policy-rule';
import { readInterfaces } from '../../../src/core/routing/read-interfaces';
import { readRoutes } from '../../../src/core/routing/read-routes';
import type { Route } from '../../../src/core/routing/route';
import { selectSource } from '../../../src/core/routing/source';
import { addressOf, prefixIn } from '../../support/arbitrary';
import { ip } from '../../support/packets';

function read(name: string): string {
  return readFileSync(`test/fixtures/${name}.txt`, 'utf8');
}

/** The node whose outputs are the fixtures. */
const routes = readRoutes(read('routes/ip-route'), 4).routes;
const rules = readPolicyRules(read('routes/ip-rule'), 4).rules;
const { interfaces } = readInterfaces(read('interfaces/ip-addr'));

function flow(dst: Address, more: Partial<Flow> = {}): Flow {
  return { dst, src: undefined, iif: 'lo', mark: 0, tos: 0, proto: 6, sport: undefined, dport: undefined, ...more };
}

/** What `ip route get` was asked: `8.8.8.8 from 10.1.9.2 iif docker0 mark 0x4000`. */
function questionOf(text: string): Flow {
  const [to = '', ...rest] = text.split(' ');
  const given = new Map(rest.flatMap((word, at) => (at % 2 === 0 ? [[word, rest[at + 1] ?? '']] : [])));
  const number = (key: string): number | undefined => (given.has(key) ? Number(given.get(key)) : undefined);
  return flow(ip(to), {
    src: given.has('from') ? ip(given.get('from') ?? '') : undefined,
    iif: given.get('iif') ?? 'lo',
    mark: number('mark') ?? 0,
    tos: number('tos') ?? 0,
    proto: parseProtocol(given.get('ipproto') ?? 'tcp') ?? 0,
    sport: number('sport'),
    dport: number('dport'),
  });
}

suite('a route lookup', () => {
  const asked = read('routes/ip-route-get').trim().split('\n');
  const fib = new Fib(4, routes, rules);
  /** How `ip route get` reports the error codes of these routes. */
  const REFUSALS = { unreachable: 'No route to host', prohibit: 'Permission denied', blackhole: 'Invalid argument' };

  test('is what `ip route get` of that node said', () => {
    assert.equal(asked.length, 38);
    for (const line of asked) {
      const [question = '', answer = ''] = line.split(' | ');
      const query = questionOf(question);
      const found = fib.lookup(query);
      assert.notEqual(found.kind, 'none', line);
      if (found.kind === 'none') continue;
      if (found.kind === 'refused') {
        assert.ok(answer.endsWith(REFUSALS[found.type]), line);
        continue;
      }
      const [hop] = found.hops;
      assert.ok(hop?.device !== undefined, line);
      const words = answer.split(' ');
      const after = (key: string): string | undefined =>
        words.includes(key) ? words[words.indexOf(key) + 1] : undefined;
      const type = ['local', 'broadcast'].includes(words[0] ?? '') ? words[0] : 'unicast';
      assert.equal(found.route.type, type, line);
      // What is for the node itself goes through lo, whichever interface has the address.
      if (type !== 'local') assert.equal(hop.device, after('dev'), line);
      assert.equal(hop.gateway && formatAddress(hop.gateway), after('via'), line);
      assert.equal(found.route.table, after('table') ?? 'main', line);
      if (query.src || type === 'local') continue;
      const source = found.route.preferredSource ?? selectSource(interfaces, hop.device, 4, hop.gateway, 'global');
      assert.equal(source && formatAddress(source), after('src'), line);
    }
  });

  test('without policy rules takes the three of the kernel', () => {
    const plain = new Fib(4, routes, STANDARD_RULES);
    const found = plain.lookup(flow(ip('8.8.8.8'), { mark: 0x4000 }));
    assert.ok(found.kind === 'route');
    assert.equal(found.route.table, 'main');
    assert.equal(found.rule.priority, 32766);
  });

  test('finds nothing where there is nothing', () => {
    const empty = new Fib(4, [], STANDARD_RULES);
    assert.deepEqual(empty.lookup(flow(ip('8.8.8.8'))), { kind: 'none' });
    assert.deepEqual(new Fib(4, routes, []).lookup(flow(ip('8.8.8.8'))), { kind: 'none' });
  });

  test('passes over dead next hops, and over those of another interface than asked for', () => {
    const { routes: some } = readRoutes(
      '10.0.0.0/8 via 1.1.1.1 dev a dead linkdown\n10.0.0.0/8 via 2.2.2.2 dev b metric 9\ndefault dev c\n',
      4,
    );
    const small = new Fib(4, some, STANDARD_RULES);
    const device = (more: Partial<Flow>): string | undefined => {
      const found = small.lookup(flow(ip('10.1.1.1'), more));
      return found.kind === 'route' ? found.hops[0]?.device : found.kind;
    };
    assert.equal(device({}), 'b');
    assert.equal(device({ oif: 'c' }), 'c');
    assert.equal(device({ oif: 'd' }), 'none');
  });

  test('gives every usable next hop of several', () => {
    const found = fib.lookup(flow(ip('10.6.0.1')));
    assert.ok(found.kind === 'route');
    assert.deepEqual(
      found.hops.map(({ gateway, weight }) => [gateway && formatAddress(gateway), weight]),
      [
        ['192.168.1.5', 3],
        ['192.168.1.6', 1],
      ],
    );
  });

  test('suppress_prefixlength passes over routes that short, whatever they are', () => {
    const { routes: some } = readRoutes('default dev a\n10.0.0.0/8 dev b\ndefault dev wg0 table 51820\n', 4);
    const { rules: wireguard } = readPolicyRules(
      '32764: from all lookup main suppress_prefixlength 0\n32765: not from all fwmark 0xca6c lookup 51820\n32766: from all lookup main\n',
      4,
    );
    const quick = new Fib(4, some, wireguard);
    const device = (to: string, mark = 0): string | undefined => {
      const found = quick.lookup(flow(ip(to), { mark }));
      return found.kind === 'route' ? found.hops[0]?.device : found.kind;
    };
    assert.equal(device('10.1.1.1'), 'b');
    assert.equal(device('8.8.8.8'), 'wg0');
    assert.equal(device('8.8.8.8', 0xca6c), 'a');
  });

  test('a rule to an earlier priority does not go back', () => {
    const { rules: circle } = readPolicyRules('10: from all nop\n20: from all goto 10\n30: from all lookup main\n', 4);
    assert.equal(new Fib(4, routes, circle).lookup(flow(ip('8.8.8.8'))).kind, 'route');
  });

  test('is the longest prefix, then the lowest metric, as a naive search has it', () => {
    const entry = fc.record({
      prefix: prefixIn(4),
      metric: fc.nat({ max: 2 }),
      type: fc.constantFrom('', '', '', 'blackhole ', 'unreachable '),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), addressOf(4), fc.nat({ max: 11 }), (entries, anywhere, pick) => {
        const near = entries[pick]?.prefix;
        const dst = near ? { ...anywhere, value: near.value | (anywhere.value & ~near.mask & 0xffff_ffffn) } : anywhere;
        const text = entries
          .map(
            ({ prefix, metric, type }, at) =>
              `${type}${formatPrefix(prefix)}${type === '' ? ` dev d${at}` : ''} metric ${metric}\n`,
          )
          .join('');
        const read4 = readRoutes(text, 4).routes;
        assert.equal(read4.length, entries.length);
        let best: Route | undefined;
        for (const route of read4) {
          if (!contains(route.destination, dst)) continue;
          const longer = (prefixLength(route.destination) ?? 0) - (best ? (prefixLength(best.destination) ?? 0) : -1);
          if (!best || longer > 0 || (longer === 0 && route.metric < best.metric)) best = route;
        }
        const found = new Fib(4, read4, STANDARD_RULES).lookup(flow(dst));
        assert.equal(found.kind === 'none' ? undefined : found.route?.line, best?.line);
      }),
    );
  });
});

suite('the local table', () => {
  const fib = new Fib(4, routes, rules);

  test('knows the type of an address', () => {
    const type = (address: string, device?: string): string | undefined => fib.localRoute(ip(address), device)?.type;
    assert.equal(type('192.168.1.12'), 'local');
    assert.equal(type('192.168.1.13'), 'local', 'a secondary address');
    assert.equal(type('10.1.9.255'), 'broadcast');
    assert.equal(type('127.5.5.5'), 'local');
    assert.equal(type('203.0.113.200'), 'local', 'a local route made by hand');
    assert.equal(type('10.1.9.2'), undefined);
    assert.equal(type('10.1.9.1', 'docker0'), 'local');
    assert.equal(type('10.1.9.1', 'eth0'), undefined);
  });

  test('follows from the addresses, where only the main table was printed', () => {
    const told = (all: readonly Route[]): string[] =>
      all
        .filter(({ table, family }) => table === 'local' && family === 4)
        .map(({ type, destination, nextHops, preferredSource }) =>
          [
            type,
            formatPrefix(destination),
            nextHops[0]?.device,
            preferredSource && formatAddress(preferredSource),
          ].join(' '),
        )
        .sort();
    // The kernel makes a broadcast route for lo as well, and somebody made 203.0.113.0/24.
    const made = told(routes).filter((text) => !/203\.0\.113|broadcast 127/.test(text));
    assert.deepEqual(
      told(localRoutes(interfaces, 4)).filter((text, at, all) => all.indexOf(text) === at),
      made,
    );
  });

  test('of IPv6 has its addresses', () => {
    const six = localRoutes(interfaces, 6).map(({ destination }) => formatPrefix(destination));
    assert.ok(six.includes('fd00:1::12/128') && six.includes('::1/128'));
  });
});

suite('routes into a network', () => {
  test('are those of every table but the local one that lead to all of it', () => {
    const into = new Fib(4, routes, rules).routesInto({ family: 4, value: ip('10.1.63.0').value, mask: 0xffff_ff00n });
    assert.deepEqual(into.map(({ destination, table }) => `${formatPrefix(destination)} ${table}`).sort(), [
      '0.0.0.0/0 100',
      '0.0.0.0/0 main',
      '0.0.0.0/0 main',
      '10.1.0.0/16 main',
      '10.1.63.0/24 main',
    ]);
  });
});
