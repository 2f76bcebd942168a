import { readHeaders } from './headers';
import { frameReader } from './link';
import type { CapturedPacket, ReadCapture } from './packet';

/** tcpdump's largest snapshot length (MAXIMUM_SNAPLEN). What claims to be longer is no frame. */
export const LONGEST_FRAME = 262_144;
/** What is kept of one capture; of a longer one its beginning. */
const MOST_PACKETS = 500_000;

/** Where a frame was seen. */
export interface Seen {
  readonly linkType: number;
  /** Seconds since the epoch. */
  readonly time: number | undefined;
  readonly interface?: string | undefined;
}

/** The frames of a file, read one by one. */
export class Frames {
  private readonly packets: CapturedPacket[] = [];
  private count = 0;
  private readonly unread = new Set<number>();

  /** How many there were, with those that carry no IP. */
  get number(): number {
    return this.count;
  }

  get full(): boolean {
    return this.packets.length >= MOST_PACKETS;
  }

  add(bytes: Uint8Array, { linkType, time, interface: name }: Seen): void {
    const number = ++this.count;
    const read = frameReader(linkType);
    if (!read) this.unread.add(linkType);
    const frame = read?.(bytes);
    const headers = frame && readHeaders(frame.ip);
    if (!headers) return;
    const { interfaceIndex, direction } = frame;
    this.packets.push({ ...headers, number, time, interface: name, interfaceIndex, direction });
  }

  /** What was read until `offset`, where it ended for this reason. */
  endedAt(offset: number, why: string): ReadCapture {
    return this.with(`byte ${offset}: ${why}; ${this.count} packets before it were read`);
  }

  ended(): ReadCapture {
    const [first] = this.unread;
    return this.with(first === undefined ? undefined : `frames of link type ${first} are not read`);
  }

  private with(problem: string | undefined): ReadCapture {
    return { packets: this.packets, problem };
  }
}
