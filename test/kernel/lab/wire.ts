import { type Address, formatSocket } from '../../../src/core/net/address';
import { hasPorts, ICMP, ICMPV6, TCP } from '../../../src/core/net/protocol';

/** A packet as it was on the wire, or as much of it as the kernel showed. */
export interface WirePacket {
  readonly src: Address;
  readonly dst: Address;
  readonly proto: number;
  /** Of IPv4: another one each time that TCP sends the same again. */
  readonly id: number;
  /** Over IPv6 the hop limit. */
  readonly ttl: number;
  /** Of the whole packet, of which less may be shown. */
  readonly length: number;
  readonly sport: number | undefined;
  readonly dport: number | undefined;
  /** TCP: the bits of `FLAG`, and the numbers that no NAT changes. */
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly icmpType: number | undefined;
  readonly payload: Buffer;
  /** Everything, from the IP header on. */
  readonly bytes: Buffer;
}

/** Reads an IPv4 or IPv6 packet; undefined where it is neither or is cut short. */
export function readPacket(bytes: Buffer): WirePacket | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  const headerLength = version === 4 ? ((bytes[0] ?? 0) & 15) * 4 : 40;
  if ((version !== 4 && version !== 6) || bytes.length < headerLength + 8) return undefined;
  const proto = bytes[version === 4 ? 9 : 6] ?? 0;
  const [from, width] = version === 4 ? [12, 4] : [8, 16];
  const body = bytes.subarray(headerLength);
  const isTcp = proto === TCP && body.length >= 20;
  return {
    src: addressOf(bytes.subarray(from, from + width)),
    dst: addressOf(bytes.subarray(from + width, from + 2 * width)),
    proto,
    id: version === 4 ? bytes.readUInt16BE(4) : 0,
    ttl: bytes[version === 4 ? 8 : 7] ?? 0,
    length: bytes.readUInt16BE(version === 4 ? 2 : 4) + (version === 4 ? 0 : headerLength),
    sport: hasPorts(proto) ? body.readUInt16BE(0) : undefined,
    dport: hasPorts(proto) ? body.readUInt16BE(2) : undefined,
    flags: isTcp ? (body[13] ?? 0) & 0x3f : 0,
    sequence: isTcp ? body.readUInt32BE(4) : 0,
    acknowledged: isTcp ? body.readUInt32BE(8) : 0,
    icmpType: proto === ICMP || proto === ICMPV6 ? body[0] : undefined,
    bytes,
    payload: body.subarray(isTcp ? ((body[12] ?? 0) >> 4) * 4 : 8),
  };
}

function addressOf(bytes: Buffer): Address {
  return { family: bytes.length === 4 ? 4 : 6, value: BigInt(`0x${bytes.toString('hex')}`) };
}

/** `10.0.0.1:80 > 10.0.0.2:40000` */
export function wayOf({ src, dst, sport, dport }: Pick<WirePacket, 'src' | 'dst' | 'sport' | 'dport'>): string {
  return `${formatSocket(src, sport)} > ${formatSocket(dst, dport)}`;
}
