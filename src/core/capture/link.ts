import type { CapturedPacket } from './packet';

/** What a frame carries, and what its header says of where it was seen. */
export interface Frame {
  readonly ip: Uint8Array;
  readonly interfaceIndex?: number;
  readonly direction?: CapturedPacket['direction'];
}

type Reader = (bytes: Uint8Array) => Frame | undefined;

const behind =
  (length: number): Reader =>
  (bytes) => ({ ip: bytes.subarray(length) });

const ethernet: Reader = (bytes) => {
  const ip = ipInEthernet(bytes);
  return ip && { ip };
};

/** By the number of the link type (https://www.tcpdump.org/linktypes.html). */
const READERS: ReadonlyMap<number, Reader> = new Map<number, Reader>([
  // NULL and LOOP: an address family, in one byte order or the other. The packet says it, too.
  [0, behind(4)],
  [108, behind(4)],
  [1, ethernet],
  // RAW, and the numbers that systems had for it.
  [12, behind(0)],
  [14, behind(0)],
  [101, behind(0)],
  [228, behind(0)],
  [229, behind(0)],
  // LINUX_SLL and LINUX_SLL2, of captures on any interface.
  [113, (bytes) => cooked(bytes, 16, word(bytes, 14), word(bytes, 0))],
  [
    276,
    (bytes) => {
      const frame = cooked(bytes, 20, word(bytes, 0), bytes[10] ?? 0);
      return frame && { ...frame, interfaceIndex: word(bytes, 4) * 65536 + word(bytes, 6) };
    },
  ],
]);

/** How frames of a link type are read; undefined where they are not. The readers give undefined for what is not IP. */
export function frameReader(linkType: number): Reader | undefined {
  return READERS.get(linkType);
}

const PACKET_OUTGOING = 4;

function cooked(bytes: Uint8Array, length: number, protocol: number, type: number): Frame | undefined {
  const ip = behindVlan(bytes.subarray(length), protocol);
  return ip && { ip, direction: type === PACKET_OUTGOING ? 'out' : 'in' };
}

/** The IP packet of an Ethernet frame, with or without VLAN tags. */
export function ipInEthernet(frame: Uint8Array): Uint8Array | undefined {
  return behindVlan(frame.subarray(14), word(frame, 12));
}

function behindVlan(payload: Uint8Array, etherType: number): Uint8Array | undefined {
  let [rest, type] = [payload, etherType];
  while ((type === 0x8100 || type === 0x88a8) && rest.length >= 4) [type, rest] = [word(rest, 2), rest.subarray(4)];
  return type === 0x0800 || type === 0x86dd ? rest : undefined;
}

function word(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] ?? 0) * 256 + (bytes[offset + 1] ?? 0);
}
