import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { CapturedHeaders, CapturedPacket } from '../../../src/core/capture/packet';
import { readCapture } from '../../../src/core/capture/read';
import { formatSocket } from '../../../src/core/net/address';
import { pcap, pcapng, STARTS, syn, words } from '../../support/pcap';

/** Without sequence numbers: in a packet that is cut short, tcpdump does not print them. */
function told({ proto, src, sport, dst, dport, flags, echo, inner }: CapturedHeaders): string {
  const own = `${proto} ${formatSocket(src, sport)} > ${formatSocket(dst, dport)}`;
  return [own, flags, echo, inner && `(${told(inner)})`].filter((part) => part !== undefined).join(' ');
}

/** The numbers of a file may be a microsecond off after the point: they are seconds since 1970. */
function assertSameTime(one: CapturedPacket, other: CapturedPacket): void {
  const [first = NaN, second = NaN] = [one.time, other.time].map((time) => (time ?? NaN) % 60);
  assert.ok(Math.abs(first - second) < 2e-6, `${first} ${second}`);
}

const read = (bytes: Uint8Array): string[] => readCapture(bytes).packets.map(told);

suite('a file of tcpdump -w', () => {
  // Made by tcpdump 4.99; beside each is what tcpdump -r prints of it.
  for (const name of ['eth0', 'eth0-nano-short', 'any-sll', 'any-sll2'])
    test(`${name} has the packets that tcpdump says it has`, () => {
      const file = readCapture(readFileSync(`test/fixtures/capture/${name}.pcap`));
      const text = readCapture(readFileSync(`test/fixtures/capture/${name}.txt`));
      assert.equal(file.problem, undefined);
      assert.ok(text.packets.length > 8);
      // flannel's UDP packets do not show in text what they carry.
      const outside = (packet: CapturedPacket): CapturedPacket =>
        packet.dport === 8285 ? { ...packet, inner: undefined } : packet;
      assert.deepEqual(file.packets.map(outside).map(told), text.packets.map(told));
      for (const [at, packet] of text.packets.entries()) {
        const same = file.packets[at] ?? assert.fail();
        assertSameTime(same, packet);
        // Only newer captures of any interface show in text which way a packet goes.
        if (name.startsWith('any')) assert.ok(same.direction !== undefined);
        if (packet.direction !== undefined) assert.equal(same.direction, packet.direction);
      }
    });

  test("what flannel's UDP packets and VXLAN carry is seen in the file", () => {
    const { packets } = readCapture(readFileSync('test/fixtures/capture/eth0.pcap'));
    for (const [port, inner] of [
      [8472, /^6 10\.9\.1\.1:\d+ > 10\.9\.1\.2:80 S$/],
      [8285, /^58 fe80::[0-9a-f:]+ > ff02::2$/],
    ] as const) {
      const carried = packets.flatMap(({ dport, inner: own }) => (dport === port && own ? [told(own)] : []));
      assert.ok(
        carried.some((text) => inner.test(text)),
        carried.join(),
      );
    }
  });
});

suite('capture files, byte by byte from their specifications', () => {
  test('either byte order, micro- and nanoseconds', () => {
    for (const littleEndian of [true, false])
      for (const nano of [true, false]) {
        const { packets, problem } = readCapture(pcap({ littleEndian, nano }, [syn]));
        assert.equal(problem, undefined);
        assert.deepEqual(packets.map(told), ['6 10.0.0.1:1000 > 10.0.0.2:80 S']);
        assert.equal(packets[0]?.time, 1.5);
      }
  });

  test('link types: raw IP, IPv4, NULL, LOOP, Ethernet with a VLAN tag', () => {
    const frames: readonly (readonly [number, Uint8Array])[] = [
      [101, syn],
      [228, syn],
      [0, words('02000000', syn)],
      [0, words('00000002', syn)],
      [108, words('00000002', syn)],
      [1, words('0202020202020101010101018100000a0800', syn)],
    ];
    for (const [linkType, frame] of frames)
      assert.deepEqual(read(pcap({ linkType }, [frame])), ['6 10.0.0.1:1000 > 10.0.0.2:80 S'], String(linkType));
  });

  test('another link type is named, and ARP is passed over', () => {
    assert.deepEqual(readCapture(pcap({ linkType: 127 }, [syn])), {
      packets: [],
      problem: 'frames of link type 127 are not read',
    });
    const arp = words('ffffffffffff0101010101010806', syn);
    const { packets } = readCapture(pcap({ linkType: 1 }, [arp, words('0202020202020101010101010800', syn)]));
    assert.deepEqual(
      packets.map(({ number }) => number),
      [2],
    );
  });

  test('pcapng: interfaces by name, their resolution of time', () => {
    for (const littleEndian of [true, false]) {
      const { packets, problem } = readCapture(pcapng(littleEndian, 'flannel.1', 101, [syn]));
      assert.equal(problem, undefined);
      assert.deepEqual(packets.map(told), ['6 10.0.0.1:1000 > 10.0.0.2:80 S']);
      assert.deepEqual([packets[0]?.interface, packets[0]?.time], ['flannel.1', 1.5]);
    }
  });

  test('a file that is cut off or damaged: where, and what was read until there', () => {
    const whole = pcap({}, [syn, syn]);
    const cut = readCapture(whole.subarray(0, whole.length - 5));
    assert.equal(cut.packets.length, 1);
    assert.equal(
      cut.problem,
      `byte ${24 + 16 + syn.length}: the file is cut off within a packet; 1 packets before it were read`,
    );
    const damaged = Uint8Array.from(whole);
    damaged.set([0xff, 0xff, 0xff, 0x7f], 24 + 8);
    assert.match(readCapture(damaged).problem ?? '', /^byte 24: a packet of 2147483647 bytes: the file is damaged/);
    assert.match(readCapture(whole.subarray(0, 10)).problem ?? '', /header is cut off/);
    const block = pcapng(true, 'eth0', 101, [syn]);
    assert.match(readCapture(block.subarray(0, block.length - 3)).problem ?? '', /the file is cut off within a block/);
  });

  test('what is no capture says so', () => {
    assert.match(readCapture(Uint8Array.of(1, 0, 2, 3)).problem ?? '', /no capture/);
    assert.match(readCapture(Buffer.from('hello\n')).problem ?? '', /no packet in this text/);
    assert.equal(readCapture(Buffer.from('listening on eth0\n0 packets captured\n')).problem, undefined);
  });

  test('whatever the bytes, nothing is thrown', () => {
    const parts = fc.uint8Array({ maxLength: 120 });
    fc.assert(
      fc.property(fc.constantFrom(...STARTS), parts, (start, rest) => {
        assert.ok(readCapture(Uint8Array.from([...start, ...rest])).packets.length <= rest.length);
      }),
    );
    const frame = fc.uint8Array({ maxLength: 90 });
    fc.assert(
      fc.property(fc.constantFrom(0, 1, 101, 113, 276), frame, (linkType, bytes) => {
        assert.ok(readCapture(pcap({ linkType }, [bytes])).packets.length <= 1);
      }),
    );
  });
});
