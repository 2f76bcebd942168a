import { Frames, LONGEST_FRAME, type Seen } from './frames';
import type { ReadCapture } from './packet';

/** Block types of pcapng (draft-ietf-opsawg-pcapng). */
const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;
const SHORTEST_BLOCK = 12;

interface Device {
  readonly linkType: number;
  readonly name: string | undefined;
  /** What a second is divided into. */
  readonly ticks: number;
}

/** Reads a capture file of the newer format; undefined where the bytes do not begin as one. */
export function readPcapng(bytes: Uint8Array): ReadCapture | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < SHORTEST_BLOCK || view.getUint32(0) !== SECTION) return undefined;
  const frames = new Frames();
  let devices: Device[] = [];
  let littleEndian = false;
  for (let at = 0; at < bytes.length;) {
    if (frames.full) return frames.endedAt(at, 'the capture is too long');
    if (at + SHORTEST_BLOCK > bytes.length) return frames.endedAt(at, 'the file is cut off within a block');
    if (view.getUint32(at) === SECTION) {
      littleEndian = view.getUint32(at + 8, true) === BYTE_ORDER;
      if (!littleEndian && view.getUint32(at + 8) !== BYTE_ORDER)
        return frames.endedAt(at + 8, 'a section in no known byte order: the file is damaged');
      devices = [];
    }
    const length = view.getUint32(at + 4, littleEndian);
    if (length < SHORTEST_BLOCK || length % 4 !== 0)
      return frames.endedAt(at + 4, `a block of ${length} bytes: the file is damaged`);
    if (at + length > bytes.length) return frames.endedAt(at, 'the file is cut off within a block');
    const body = new Block(bytes, view, at + 8, at + length - 4, littleEndian);
    const type = view.getUint32(at, littleEndian);
    if (type === INTERFACE) devices.push(deviceOf(body));
    const packet = type === ENHANCED_PACKET ? enhanced(body, devices) : undefined;
    const simple = type === SIMPLE_PACKET ? simplePacket(body, devices) : undefined;
    const found = packet ?? simple;
    if (found) frames.add(found.frame, found.seen);
    at += length;
  }
  return frames.ended();
}

/** What stands in a block, between its lengths. What is beyond it reads as zero. */
class Block {
  constructor(
    private readonly bytes: Uint8Array,
    private readonly view: DataView,
    private readonly start: number,
    private readonly end: number,
    private readonly littleEndian: boolean,
  ) {}

  short(at: number): number {
    return this.start + at + 2 <= this.end ? this.view.getUint16(this.start + at, this.littleEndian) : 0;
  }

  long(at: number): number {
    return this.start + at + 4 <= this.end ? this.view.getUint32(this.start + at, this.littleEndian) : 0;
  }

  slice(at: number, length: number): Uint8Array {
    return this.bytes.subarray(this.start + at, Math.min(this.end, this.start + at + Math.min(length, LONGEST_FRAME)));
  }

  /** The value of an option, in the list that begins at `from`. */
  option(code: number, from: number): Uint8Array | undefined {
    for (let at = from; this.start + at + 4 <= this.end; at += 4 + Math.ceil(this.short(at + 2) / 4) * 4) {
      if (this.short(at) === 0) return undefined;
      if (this.short(at) === code) return this.slice(at + 4, this.short(at + 2));
    }
    return undefined;
  }
}

interface Found {
  readonly frame: Uint8Array;
  readonly seen: Seen;
}

const IF_NAME = 2;
const IF_TSRESOL = 9;

function deviceOf(block: Block): Device {
  const name = block.option(IF_NAME, 8);
  const resolution = block.option(IF_TSRESOL, 8)?.[0] ?? 6;
  return {
    linkType: block.short(0),
    name: name && String.fromCharCode(...name.subarray(0, 64)).replace(/\0.*$/, ''),
    ticks: (resolution & 0x80) !== 0 ? 2 ** (resolution & 0x7f) : 10 ** resolution,
  };
}

function enhanced(block: Block, devices: readonly Device[]): Found | undefined {
  const device = devices[block.long(0)];
  if (!device) return undefined;
  const { linkType, name, ticks } = device;
  const time = (block.long(4) * 2 ** 32 + block.long(8)) / ticks;
  return { frame: block.slice(20, block.long(12)), seen: { linkType, time, interface: name } };
}

function simplePacket(block: Block, [device]: readonly Device[]): Found | undefined {
  if (!device) return undefined;
  const { linkType, name } = device;
  return { frame: block.slice(4, block.long(0)), seen: { linkType, time: undefined, interface: name } };
}
