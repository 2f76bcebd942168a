/* Capture files, written from their specifications: pcap-savefile(5), and draft-ietf-opsawg-pcapng. */

/** Bytes one after the other; text is hexadecimal. */
export function words(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)));
}

/** An IPv4 packet: a SYN from 10.0.0.1:1000 to 10.0.0.2:80. */
export const syn = words(
  '450000280000400040060000',
  '0a0000010a000002',
  '03e80050',
  '00000007',
  '00000000',
  '50020000',
  '00000000',
);

interface Format {
  readonly littleEndian?: boolean;
  readonly nano?: boolean;
  readonly linkType?: number;
}

/** A classic capture file, each frame seen half a second after the epoch's first. */
export function pcap(
  { littleEndian = true, nano = false, linkType = 101 }: Format,
  frames: readonly Uint8Array[],
): Uint8Array {
  const long = longs(littleEndian);
  const header = [
    long(nano ? 0xa1b23c4d : 0xa1b2c3d4),
    long(littleEndian ? 0x00040002 : 0x00020004),
    long(0),
    long(0),
    long(262144),
    long(linkType),
  ];
  const records = frames.flatMap((frame) => [
    long(1),
    long(nano ? 5e8 : 5e5),
    long(frame.length),
    long(frame.length),
    frame,
  ]);
  return words(...header, ...records);
}

/** One section with one interface, whose times are in milliseconds. */
export function pcapng(
  littleEndian: boolean,
  name: string,
  linkType: number,
  frames: readonly Uint8Array[],
): Uint8Array {
  const long = longs(littleEndian);
  const shorts = (first: number, second: number): Uint8Array =>
    long(littleEndian ? second * 65536 + first : first * 65536 + second);
  const padded = (bytes: Uint8Array): Uint8Array => words(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
  const block = (type: number, ...parts: readonly Uint8Array[]): Uint8Array => {
    const body = words(...parts);
    return words(long(type), long(body.length + 12), body, long(body.length + 12));
  };
  const text = Buffer.from(name);
  return words(
    block(0x0a0d0d0a, long(0x1a2b3c4d), shorts(1, 0), long(0xffffffff), long(0xffffffff)),
    block(
      1,
      shorts(linkType, 0),
      long(0),
      shorts(2, text.length),
      padded(text),
      shorts(9, 1),
      padded(Uint8Array.of(3)),
      long(0),
    ),
    ...frames.map((frame) =>
      block(6, long(0), long(0), long(1500), long(frame.length), long(frame.length), padded(frame)),
    ),
  );
}

function longs(littleEndian: boolean): (value: number) => Uint8Array {
  return (value) => {
    const bytes = Buffer.alloc(4);
    if (littleEndian) bytes.writeUInt32LE(value);
    else bytes.writeUInt32BE(value);
    return bytes;
  };
}

/** How files begin, for what follows at random. */
export const STARTS = [
  pcap({}, []),
  pcap({ littleEndian: false, linkType: 1 }, []),
  pcapng(true, 'eth0', 1, []),
  new Uint8Array(),
];
