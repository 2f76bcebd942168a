import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { applyChanges } from '../../../src/core/plan/what-if';
import type { NetworkNamespace } from '../../../src/core/snapshot/namespace';
import type { Change } from '../../../src/core/trace/result';
import { ip } from '../../support/packets';
import { cluster, node, type Outputs } from '../../support/snapshots';

function change(outputs: Outputs, ...changes: Omit<Change, 'node'>[]): NetworkNamespace {
  const result = applyChanges(
    cluster(node('other', {}), node('worker', outputs)),
    changes.map((one) => ({ ...one, node: 'worker' })),
  );
  assert.ok('cluster' in result, JSON.stringify(result));
  assert.deepEqual(result.cluster.node('other')?.host?.record.outputs, {}, 'other nodes stay as they are');
  const host = result.cluster.node('worker')?.host;
  assert.ok(host);
  return host;
}

function refused(outputs: Outputs, ...changes: Omit<Change, 'node'>[]): string {
  const result = applyChanges(
    cluster(node('worker', outputs)),
    changes.map((one) => ({ ...one, node: 'worker' })),
  );
  assert.ok('error' in result);
  return result.error;
}

const MASQUERADE: Omit<Change, 'node'> = {
  kind: 'iptables-rule',
  rule: '-t nat -A POSTROUTING -o flannel0 -j MASQUERADE',
};

function natRules(host: NetworkNamespace, chain: string): string[] {
  return host
    .netfilter(4)
    .tables.flatMap(({ table }) =>
      table.name === 'nat' ? (table.chains.get(chain)?.rules ?? []).map(({ text }) => text) : [],
    );
}

suite('a rule that is not there yet', () => {
  test('is added to the dump that there is', () => {
    const dump = '*nat\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n';
    for (const id of ['iptables-save', 'iptables-legacy-save']) {
      const host = change({ [id]: dump }, MASQUERADE);
      assert.deepEqual(natRules(host, 'POSTROUTING'), ['-A POSTROUTING -o flannel0 -j MASQUERADE']);
      assert.deepEqual(Object.keys(host.record.outputs), [id]);
    }
  });

  test('is added to a listing, and to iptables -S, which becomes a dump', () => {
    const columns = ' pkts bytes target     prot opt in     out     source               destination\n';
    const listing = `Chain PREROUTING (policy ACCEPT 0 packets, 0 bytes)\n${columns}\nChain POSTROUTING (policy ACCEPT 0 packets, 0 bytes)\n${columns}    0     0 RETURN     all  --  *      *       10.1.0.0/16          0.0.0.0/0\n`;
    const expected = ['-A POSTROUTING -s 10.1.0.0/16 -j RETURN', '-A POSTROUTING -o flannel0 -j MASQUERADE'];
    assert.deepEqual(natRules(change({ 'iptables-list-nat': listing }, MASQUERADE), 'POSTROUTING'), expected);
    const specification =
      '-P PREROUTING ACCEPT\n-P INPUT ACCEPT\n-P OUTPUT ACCEPT\n-P POSTROUTING ACCEPT\n-A POSTROUTING -s 10.1.0.0/16 -j RETURN\n';
    const host = change({ 'iptables-save': specification }, MASQUERADE, {
      kind: 'iptables-rule',
      rule: '-A INPUT -j DROP',
    });
    assert.deepEqual(natRules(host, 'POSTROUTING'), expected);
    assert.equal(
      host
        .netfilter(4)
        .tables.find(({ table }) => table.name === 'filter')
        ?.table.chains.get('INPUT')?.rules.length,
      1,
    );
  });

  test('of IPv6 goes where the rules of IPv6 are', () => {
    const host = change(
      { 'iptables-save': '', 'ip6tables-save': '' },
      { kind: 'iptables-rule', rule: 'ip6tables -A FORWARD -j DROP' },
    );
    assert.equal(host.netfilter(6).tables.length, 1);
    assert.equal(host.netfilter(4).tables.length, 0);
  });

  test('may be the first of all', () => {
    assert.deepEqual(natRules(change({ 'iptables-save': '' }, MASQUERADE), 'POSTROUTING'), [
      '-A POSTROUTING -o flannel0 -j MASQUERADE',
    ]);
  });

  test('is refused where the rules are not known', () => {
    assert.match(refused({}, MASQUERADE), /the rules of worker were not collected/);
    assert.match(
      refused({ 'iptables-save': { exitCode: 4, stderr: 'Permission denied' } }, MASQUERADE),
      /not collected/,
    );
  });

  test('cannot bring other lines along', () => {
    assert.match(
      refused({ 'iptables-save': '' }, { kind: 'iptables-rule', rule: '-A INPUT -j ACCEPT\nCOMMIT' }),
      /one line/,
    );
  });
});

suite('a sysctl set to another value', () => {
  test('is the value from then on', () => {
    for (const before of [
      'net.ipv4.conf.eth0.rp_filter = 1\n',
      'net.ipv4.conf.eth0.rp_filter = 1',
      'net.core.somaxconn = 5\n',
    ]) {
      const host = change({ sysctl: before }, { kind: 'sysctl', key: 'net.ipv4.conf.eth0.rp_filter', value: '2' });
      assert.equal(host.sysctls?.get('net.ipv4.conf.eth0.rp_filter')?.value, '2', before);
      assert.deepEqual(host.sysctls.problems, []);
    }
    const slashes = change({ sysctl: '' }, { kind: 'sysctl', key: 'net/ipv4/conf/flannel.1/rp_filter', value: '2' });
    assert.equal(slashes.sysctls?.get('net.ipv4.conf.flannel/1.rp_filter')?.value, '2');
  });

  test('says nothing of others that were not collected', () => {
    for (const outputs of [{}, { sysctl: { exitCode: 127, command: 'sysctl net' } }]) {
      const host = change(outputs, { kind: 'sysctl', key: 'net.ipv4.conf.eth0.rp_filter', value: '2' });
      assert.equal(host.sysctls?.get('net.ipv4.conf.eth0.rp_filter')?.value, '2');
      assert.equal(host.sysctls.get('net.ipv4.conf.all.rp_filter'), undefined);
    }
  });

  test('ip_forward is that of every interface, as the kernel has it', () => {
    const printed =
      'net.ipv4.conf.all.forwarding = 0\nnet.ipv4.conf.docker0.forwarding = 0\nnet.ipv4.conf.flannel/1.forwarding = 0\nnet.ipv4.ip_forward = 0\nnet.ipv6.conf.all.forwarding = 0\n';
    for (const key of ['net.ipv4.ip_forward', 'net/ipv4/conf/all/forwarding']) {
      const { sysctls } = change({ sysctl: printed }, { kind: 'sysctl', key, value: '1' });
      const values = [
        'ipv4.conf.all.forwarding',
        'ipv4.conf.docker0.forwarding',
        'ipv4.conf.flannel/1.forwarding',
        'ipv4.ip_forward',
        'ipv6.conf.all.forwarding',
      ];
      assert.deepEqual(
        values.map((name) => sysctls?.get(`net.${name}`)?.value),
        ['1', '1', '1', '1', '0'],
        key,
      );
    }
    const one = change({ sysctl: printed }, { kind: 'sysctl', key: 'net.ipv4.conf.docker0.forwarding', value: '1' });
    assert.equal(one.sysctls?.get('net.ipv4.ip_forward')?.value, '0');
  });

  test('that is no KEY=VALUE is refused', () => {
    for (const [key, value] of [
      ['', '1'],
      ['net.a', ''],
      ['net.a\nnet.b', '1'],
      ['net.a', '1\nnet.b = 2'],
      ['net a', '1'],
    ])
      assert.match(refused({ sysctl: '' }, { kind: 'sysctl', key: key ?? '', value: value ?? '' }), /is not KEY=VALUE/);
  });
});

suite('a route added', () => {
  const route: Omit<Change, 'node'> = { kind: 'route', route: '10.0.0.0/24 dev flannel0' };
  function device(host: NetworkNamespace, to: string): string | undefined {
    const found = host
      .fib(4)
      ?.lookup({ dst: ip(to), src: undefined, iif: 'lo', mark: 0, tos: 0, proto: 6, sport: 1, dport: 2 });
    return found?.kind === 'route' ? found.hops[0]?.device : found?.kind;
  }

  test('to the routes in whatever form they are, which stay what they are', () => {
    for (const form of ['ip-route', 'ip-route-json', 'ip-route-main', 'route-n', 'route']) {
      const host = change({ 'ip-route': readFileSync(`test/fixtures/routes/${form}.txt`, 'utf8') }, route);
      assert.deepEqual(host.routes(4)?.problems, [], form);
      assert.equal(device(host, '10.0.0.103'), 'flannel0', form);
      assert.equal(device(host, '10.1.63.9'), 'flannel.1', form);
      assert.equal(device(host, '10.2.0.1'), 'refused', form);
      assert.equal(device(host, '8.8.8.8'), 'eth0', form);
    }
    const tos = change({ 'ip-route': readFileSync('test/fixtures/routes/ip-route-json.txt', 'utf8') }, route)
      .routes(4)
      ?.routes.find((one) => one.tos !== 0);
    assert.equal(tos?.tos, 16);
  });

  test('that is none is refused, and so is one to routes that are not known', () => {
    for (const text of ['', 'nonsense', '10.0.0.0/24 dev a\ndefault dev b'])
      assert.match(
        refused({ 'ip-route': 'default dev eth0\n' }, { kind: 'route', route: text }),
        /is not a route|is not add|is one line/,
      );
    assert.match(refused({}, route), /were not collected/);
  });
});

suite('changes', () => {
  test('are made one after the other, or not at all', () => {
    const host = change(
      { 'iptables-save': '*filter\n:X - [0:0]\nCOMMIT\n' },
      { kind: 'iptables-rule', rule: '-A X -j DROP' },
      { kind: 'iptables-rule', rule: '-A FORWARD -j X' },
    );
    assert.equal(host.netfilter(4).tables[0]?.table.chains.get('FORWARD')?.rules.length, 1);
    assert.match(
      refused({ 'iptables-save': '' }, MASQUERADE, { kind: 'iptables-rule', rule: '-A NOSUCH -j DROP' }),
      /no chain NOSUCH/,
    );
  });

  test('on a node that is not there, or of a kind that cannot be traced, are refused', () => {
    const result = applyChanges(cluster(), [{ ...MASQUERADE, node: 'gone' }]);
    assert.ok('error' in result && result.error.includes('no node "gone"'));
    assert.match(refused({}, { kind: 'flannel' }), /kind flannel cannot be traced yet/);
  });

  test('leave the cluster that they are made to as it was', () => {
    const before = cluster(node('worker', { 'iptables-save': '' }));
    const result = applyChanges(before, [{ ...MASQUERADE, node: 'worker' }]);
    assert.ok('cluster' in result && result.cluster !== before);
    assert.equal(before.node('worker')?.host?.netfilter(4).tables.length, 0);
  });
});
