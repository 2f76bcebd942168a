import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { formatAddress } from '../../../src/core/net/address';
import type { Packet } from '../../../src/core/net/packet';
import { contains, formatPrefix, prefixLength } from '../../../src/core/net/prefix';
import { readIpSets, setContains } from '../../../src/core/netfilter/ipset';
import { addressOf, prefixIn } from '../../support/arbitrary';
import { tcp, udp } from '../../support/packets';

const saved = readFileSync('test/fixtures/ipset/save.txt', 'utf8');

/** Whether a set of `text` holds what `directions` take from a packet that comes in on eth0 and leaves on eth1. */
function holds(text: string, name: string, directions: string, packet: Packet): boolean | undefined {
  const { sets, problems } = readIpSets(text);
  assert.deepEqual(problems, []);
  return setContains(sets, name, directions.split(','), { packet, in: 'eth0', out: 'eth1' });
}

suite('membership in a set', () => {
  /** What `ipset test SET ENTRY` of ipset 7.17 on Linux 6.18 said of the sets in save.txt. */
  const asked = readFileSync('test/fixtures/ipset/test.txt', 'utf8').trim().split('\n');

  test('is what the kernel said', () => {
    assert.equal(asked.length, 31);
    for (const line of asked) {
      const [name = '', entry = '', answer] = line.split(' ');
      const [first = '', second, third] = entry.split(',');
      const [protocol, port] = second?.includes(':') === true ? second.split(':') : [undefined, undefined];
      const bare = /^\d+$/.test(first) ? { host: '10.0.0.1', port: first } : { host: first, port: port ?? '9' };
      const source = bare.host.includes(':') ? '[fd00::9]:9' : `${third ?? '192.0.2.1'}:9`;
      const target = bare.host.includes(':') ? `[${bare.host}]:9` : `${bare.host}:${bare.port}`;
      const packet = protocol === 'udp' ? udp(source, target) : tcp(source, target);
      // An interface is that of the hook: eth0 came in, so the set's second dimension is asked for src.
      const directions = name === 'netif' ? 'dst,src' : third === undefined ? 'dst,dst' : 'dst,dst,src';
      const device = name === 'netif' ? second : 'eth0';
      const { sets } = readIpSets(saved);
      assert.equal(
        setContains(sets, name, directions.split(','), { packet, in: device, out: undefined }),
        answer === 'yes',
        line,
      );
    }
  });

  test('every line of ipset save is read', () => {
    const { sets, problems } = readIpSets(saved);
    assert.deepEqual(problems, []);
    assert.equal(sets.size, saved.match(/^create/gm)?.length);
    const members = [...sets.values()].flatMap((set) => set.members.map(({ line }) => line));
    assert.equal(members.length, saved.match(/^add/gm)?.length);
    assert.equal(new Set(members).size, members.length, 'each from a line of its own');
  });

  test('of a list is membership in one of its sets', () => {
    assert.equal(holds(saved, 'all', 'dst', tcp('1.1.1.1:1', '10.1.63.3:80')), true, 'ips');
    assert.equal(holds(saved, 'all', 'dst', tcp('1.1.1.1:1', '192.168.1.9:80')), true, 'nets');
    assert.equal(holds(saved, 'all', 'dst', tcp('1.1.1.1:1', '10.1.9.8:80')), false, 'nomatch of nets');
  });

  test('takes each dimension from the side that it is asked for', () => {
    const packet = tcp('10.1.63.3:80', '10.0.0.103:5000');
    assert.equal(holds(saved, 'ips', 'src', packet), true);
    assert.equal(holds(saved, 'ips', 'dst', packet), false);
    assert.equal(holds(saved, 'svc', 'dst,src', packet), true, 'destination address, source port');
    assert.equal(holds(saved, 'svc', 'dst,dst', packet), false);
  });

  test('of two networks, where nomatch takes a part away again', () => {
    const text =
      'create p hash:net,net family inet\nadd p 10.1.0.0/16,192.168.0.0/16\nadd p 10.1.9.0/24,192.168.1.0/24 nomatch\n';
    assert.equal(holds(text, 'p', 'src,dst', tcp('10.1.1.1:1', '192.168.1.1:1')), true);
    assert.equal(holds(text, 'p', 'src,dst', tcp('10.1.9.1:1', '192.168.1.1:1')), false);
    assert.equal(holds(text, 'p', 'src,dst', tcp('10.1.9.1:1', '192.168.2.1:1')), true);
  });

  test('by mark, by interface, and by the beginning of an interface', () => {
    const marked = 'create m hash:ip,mark family inet markmask 0xffffffff\nadd m 10.1.1.1,0x4000\n';
    assert.equal(holds(marked, 'm', 'dst,dst', tcp('1.1.1.1:1', '10.1.1.1:1', { mark: 0x4000 })), true);
    assert.equal(holds(marked, 'm', 'dst,dst', tcp('1.1.1.1:1', '10.1.1.1:1', { mark: 0x4001 })), false);
    const wild = 'create w hash:net,iface family inet\nadd w 10.0.0.0/8,eth wildcard\nadd w 11.0.0.0/8,eth\n';
    assert.equal(holds(wild, 'w', 'dst,src', tcp('1.1.1.1:1', '10.1.1.1:1')), true);
    assert.equal(holds(wild, 'w', 'dst,src', tcp('1.1.1.1:1', '11.1.1.1:1')), false);
  });

  test('by MAC address is not known, and a set that is not there says nothing', () => {
    const text = 'create macs hash:mac\nadd macs 02:42:0a:01:61:05\ncreate none hash:mac\n';
    assert.equal(holds(text, 'macs', 'src', tcp('1.1.1.1:1', '2.2.2.2:2')), undefined);
    assert.equal(holds(text, 'none', 'src', tcp('1.1.1.1:1', '2.2.2.2:2')), false, 'an empty set holds nothing');
    assert.equal(holds(text, 'nosuch', 'src', tcp('1.1.1.1:1', '2.2.2.2:2')), undefined);
  });

  test('a comment may say nomatch', () => {
    const text = 'create c hash:net comment\nadd c 10.0.0.0/8 comment "not a \\"nomatch\\" wildcard"\n';
    assert.equal(holds(text, 'c', 'src', tcp('10.1.1.1:1', '2.2.2.2:2')), true);
  });

  test('of addresses in networks is decided by the most specific network', () => {
    const member = fc.record({ prefix: prefixIn(4), nomatch: fc.boolean() });
    const near = fc.tuple(
      fc.uniqueArray(member, { maxLength: 6, selector: (one) => formatPrefix(one.prefix) }),
      addressOf(4),
    );
    fc.assert(
      fc.property(near, fc.nat({ max: 5 }), ([members, anywhere], pick) => {
        // An address within one of the networks, so that there is something to decide.
        const network = members[pick]?.prefix;
        const address = network
          ? { ...anywhere, value: network.value | (anywhere.value & ~network.mask & 0xffff_ffffn) }
          : anywhere;
        const lines = members.map(
          ({ prefix, nomatch }) => `add s ${formatPrefix(prefix)}${nomatch ? ' nomatch' : ''}\n`,
        );
        const inside = members.filter(({ prefix }) => contains(prefix, address));
        const longest = inside.sort((a, b) => (prefixLength(b.prefix) ?? 0) - (prefixLength(a.prefix) ?? 0))[0];
        const packet = tcp('1.1.1.1:1', `${formatAddress(address)}:1`);
        assert.equal(
          holds(`create s hash:net\n${lines.join('')}`, 's', 'dst', packet),
          longest !== undefined && !longest.nomatch,
        );
      }),
    );
  });
});

suite('what is wrong with ipset save', () => {
  test('is told with its line', () => {
    const { problems } = readIpSets('create s hash:ip\nadd gone 1.1.1.1\n\n# fine\nName: s\nadd s 1.1.1\nadd s\n');
    assert.deepEqual(
      problems.map(({ line, message }) => `${line}: ${message}`),
      [
        '2: set gone is filled before it is created',
        '5: "Name: s" is neither create nor add',
        '6: "1.1.1" is no member of a set of type hash:ip',
        '7: "" is no member of a set of type hash:ip',
      ],
    );
  });

  test('a member that cannot be read leaves the answer open', () => {
    const { sets } = readIpSets('create s hash:ip,port\nadd s 1.1.1,tcp:80\nadd s 2.2.2.2,tcp:80\n');
    const ask = (host: string): boolean | undefined =>
      setContains(sets, 's', ['dst', 'dst'], { packet: tcp('9.9.9.9:9', `${host}:80`), in: undefined, out: undefined });
    assert.equal(ask('3.3.3.3'), undefined);
    assert.equal(ask('2.2.2.2'), true);
  });
});
