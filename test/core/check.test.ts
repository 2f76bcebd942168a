import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { checkText } from '../../src/core/check';
import { hostileText } from '../support/arbitrary';
import { etcdJson } from '../support/protobuf';

suite('a look at any output', () => {
  test('counts what it holds, and puts problems in the order of their lines', () => {
    const report = checkText('*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s\n-A INPUT -j GONE\nstray\nCOMMIT\n');
    assert.ok('kind' in report);
    assert.deepEqual(report.counts, { tables: 1, chains: 1, rules: 2 });
    assert.deepEqual(
      report.problems.map(({ line }) => line),
      [3, 4, 5],
    );
  });

  test('tells each thing that is not simulated once, with how often it is there', () => {
    const report = checkText(
      '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m u32 --u32 0 -j DROP\n-A INPUT -m u32 --u32 1 -m mac --mac-source 02:42:0a:01:61:05 -j NFQUEUE\nCOMMIT\n',
    );
    assert.ok('kind' in report);
    assert.deepEqual(report.notSimulated, [
      { name: '-m u32', line: 3, count: 2 },
      { name: '-j NFQUEUE', line: 4, count: 1 },
    ]);
  });

  test('encrypted values of the registry are a problem', () => {
    const report = checkText(etcdJson({ '/registry/a': 'k8s:enc:aescbc:v1:k:x' }));
    assert.ok('kind' in report && report.kind === 'etcd-registry');
    assert.match(report.problems[0]?.message ?? '', /1 values are encrypted/);
  });

  test('a script for nft is known, too', () => {
    const script = checkText(
      'add table inet mesh\nflush table inet mesh\nadd chain inet mesh in { type nat hook prerouting priority -100 ; }\nadd rule inet mesh in tcp dport 80 accept\n',
    );
    assert.ok('kind' in script);
    assert.deepEqual(script.counts, { tables: 1, chains: 1, rules: 1 });
    assert.deepEqual(script.notSimulated, [{ name: 'table inet mesh', line: 1, count: 1 }]);
  });

  test('native tables of nftables and services of IPVS are told not to be simulated', () => {
    const nft = checkText(
      'table ip nat {\n\tchain PREROUTING {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\tcounter packets 0 bytes 0 jump X\n\t}\n}\ntable inet firewalld {\n\tchain in {\n\t\ttype filter hook input priority filter + 10; policy accept;\n\t\tct state established accept\n\t\treject\n\t}\n}\n',
    );
    assert.ok('kind' in nft);
    assert.deepEqual(nft.counts, { tables: 2, chains: 2, rules: 3 });
    assert.deepEqual(nft.notSimulated, [{ name: 'table inet firewalld', line: 7, count: 2 }]);
    const json = checkText(
      '{"nftables": [{"table": {"family": "inet", "name": "f"}}, {"chain": {"family": "inet", "table": "f", "name": "in", "hook": "input"}}, {"rule": {"family": "inet", "table": "f", "chain": "in"}}]}',
    );
    assert.ok('kind' in json);
    assert.deepEqual(json.notSimulated, [{ name: 'table inet f', line: 1, count: 1 }]);
    const ipvs = checkText(
      'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\nTCP  10.96.0.1:443 rr\n  -> 192.168.0.1:6443             Masq    1      0          0\n',
    );
    assert.ok('kind' in ipvs);
    assert.deepEqual(
      [ipvs.counts, ipvs.notSimulated],
      [{ services: 1, servers: 1 }, [{ name: 'IPVS', line: 4, count: 1 }]],
    );
  });

  test('connections, sets as ipset lists them, and routes of IPv6 as route prints them', () => {
    const counted = (text: string): object => {
      const report = checkText(text);
      assert.ok('kind' in report, JSON.stringify(report));
      assert.deepEqual(report.problems, []);
      return report.counts;
    };
    const connection =
      'tcp      6 431999 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=4 dport=22 src=10.0.0.2 dst=10.0.0.1 sport=22 dport=4 [ASSURED] mark=0 use=1\n';
    assert.deepEqual(counted(connection), { connections: 1 });
    assert.deepEqual(
      counted(
        'Name: ports\nType: bitmap:port\nRevision: 3\nHeader: range 0-65535\nSize in memory: 8268\nReferences: 1\nNumber of entries: 2\nMembers:\n80\n443\n',
      ),
      { sets: 1, members: 2 },
    );
    const routes =
      'Kernel IPv6 routing table\nDestination                    Next Hop                   Flag Met Ref Use If\n[::]/0                         fe80::1                    UG   1024 1      0 eth0\nfd00:1::/64                    [::]                       U    256  1      0 cni0\n';
    assert.deepEqual(counted(routes), { routes: 2 });
  });

  test('lines that end in carriage returns alone are told to', () => {
    const report = checkText('*filter\r:INPUT ACCEPT [0:0]\r-A INPUT -j DROP\rCOMMIT\r');
    assert.ok('message' in report);
    assert.match(report.message, /carriage returns/);
  });

  test('some control characters make no binary of a text, and many do', () => {
    assert.ok('kind' in checkText(`nameserver 10.0.0.10\n# ${'x'.repeat(200)}\u0007\n`));
    assert.ok('message' in checkText('nameserver 10.0.0.10\n\u0001\u0002\u0003\u0004\n'));
    const zero = checkText('nameserver 10.0.0.10\n\n\u0000');
    assert.ok('message' in zero && zero.line === 3);
  });

  test('any text is something or nothing, and nothing is thrown', () => {
    const start = fc.constantFrom(
      '',
      '*nat\n',
      'Chain X (policy ACCEPT)\n',
      'create a hash:ip,port\nadd a ',
      '[{"dst":"default"},',
      '1: lo: <UP>\n',
      '0: from all ',
      'net.a = ',
      'nameserver ',
      'default dev x ',
      '{"Network":',
      '{"hoplensSnapshot":1',
      'IP 1.1.1.1 > ',
      '/registry/x\n',
      'Destination Gateway Genmask Flags Iface\n',
    );
    fc.assert(
      fc.property(start, hostileText, (head, tail) => {
        const report = checkText(head + tail);
        assert.ok('kind' in report || report.line >= 1);
      }),
      { numRuns: 500 },
    );
  });
});
