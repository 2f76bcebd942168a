import { Frames, LONGEST_FRAME } from './frames';
import type { ReadCapture } from './packet';

/** The first four bytes, in their order (pcap-savefile(5)): the byte order of the rest, and what a second is divided into. */
const MAGICS: ReadonlyMap<number, { readonly littleEndian: boolean; readonly ticks: number }> = new Map([
  [0xa1b2c3d4, { littleEndian: false, ticks: 1e6 }],
  [0xd4c3b2a1, { littleEndian: true, ticks: 1e6 }],
  [0xa1b23c4d, { littleEndian: false, ticks: 1e9 }],
  [0x4d3cb2a1, { littleEndian: true, ticks: 1e9 }],
]);
const FILE_HEADER = 24;
const PACKET_HEADER = 16;

/** Reads a capture file of the classic format; undefined where the bytes do not begin as one. */
export function readPcap(bytes: Uint8Array): ReadCapture | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const order = bytes.length >= 4 ? MAGICS.get(view.getUint32(0)) : undefined;
  if (!order) return undefined;
  const { littleEndian, ticks } = order;
  const frames = new Frames();
  if (bytes.length < FILE_HEADER) return frames.endedAt(bytes.length, "the file's header is cut off");
  // The upper bits tell of checksums (linktype.org: FCS length).
  const linkType = view.getUint32(20, littleEndian) & 0xffff;
  let at = FILE_HEADER;
  while (at < bytes.length) {
    if (frames.full) return frames.endedAt(at, 'the capture is too long');
    if (at + PACKET_HEADER > bytes.length) return frames.endedAt(at, 'the file is cut off within a packet');
    const length = view.getUint32(at + 8, littleEndian);
    if (length > LONGEST_FRAME) return frames.endedAt(at, `a packet of ${length} bytes: the file is damaged`);
    const start = at + PACKET_HEADER;
    if (start + length > bytes.length) return frames.endedAt(at, 'the file is cut off within a packet');
    const time = view.getUint32(at, littleEndian) + view.getUint32(at + 4, littleEndian) / ticks;
    frames.add(bytes.subarray(start, start + length), { linkType, time });
    at = start + length;
  }
  return frames.ended();
}
