import type { Address } from '../net/address';
import { FLAG } from '../net/packet';
import { hasPorts, ICMP, ICMPV6, TCP, UDP } from '../net/protocol';
import { ipInEthernet } from './link';
import type { CapturedHeaders } from './packet';

/** Tunnels in tunnels: deeper is not looked. */
const DEEPEST = 2;
const GRE = 47;
const IPV4_IN_IP = 4;
const IPV6_IN_IP = 41;
/** IPv6 extension headers that may stand before the payload (RFC 8200 §4.1). */
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION = 60;

/** Reads a packet from its IP header on. Undefined where that is none, or is cut off before the addresses end. */
export function readHeaders(bytes: Uint8Array, depth = 0): CapturedHeaders | undefined {
  const ip = bytes.length === 0 ? undefined : (at(bytes, 0) >> 4 === 4 ? readV4 : readV6)(bytes);
  if (!ip) return undefined;
  const { src, dst, proto, payload } = ip;
  const ports = hasPorts(proto) && payload.length >= 4;
  return {
    src,
    dst,
    proto,
    sport: ports ? word(payload, 0) : undefined,
    dport: ports ? word(payload, 2) : undefined,
    flags: proto === TCP && payload.length >= 14 ? letters(at(payload, 13)) : undefined,
    sequence: proto === TCP && payload.length >= 8 ? String(word(payload, 4) * 65536 + word(payload, 6)) : undefined,
    echo: echoOf(proto, payload[0]),
    inner: depth < DEEPEST ? innerOf(proto, payload, depth + 1) : undefined,
  };
}

interface Ip {
  readonly src: Address;
  readonly dst: Address;
  readonly proto: number;
  /** Empty in a fragment that is not the first: what follows there is no header. */
  readonly payload: Uint8Array;
}

const NOTHING = new Uint8Array();

function readV4(bytes: Uint8Array): Ip | undefined {
  const length = (at(bytes, 0) & 15) * 4;
  if (length < 20 || bytes.length < 20) return undefined;
  const fragment = (word(bytes, 6) & 0x1fff) !== 0;
  return {
    src: address(bytes.subarray(12, 16)),
    dst: address(bytes.subarray(16, 20)),
    proto: at(bytes, 9),
    // What is longer is padding of the frame; 0 is written by a card that splits the packet itself.
    payload: fragment ? NOTHING : bytes.subarray(length, word(bytes, 2) || bytes.length),
  };
}

function readV6(bytes: Uint8Array): Ip | undefined {
  if (at(bytes, 0) >> 4 !== 6 || bytes.length < 40) return undefined;
  let proto = at(bytes, 6);
  let payload = bytes.subarray(40, 40 + (word(bytes, 4) || bytes.length));
  while ([HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION].includes(proto) && payload.length >= 8) {
    const fragment = proto === FRAGMENT && (word(payload, 2) & 0xfff8) !== 0;
    const length = proto === FRAGMENT ? 8 : (at(payload, 1) + 1) * 8;
    proto = at(payload, 0);
    payload = fragment ? NOTHING : payload.subarray(length);
  }
  return { src: address(bytes.subarray(8, 24)), dst: address(bytes.subarray(24, 40)), proto, payload };
}

function innerOf(proto: number, payload: Uint8Array, depth: number): CapturedHeaders | undefined {
  if (proto === IPV4_IN_IP || proto === IPV6_IN_IP) return readHeaders(payload, depth);
  const inner = proto === GRE ? ipInGre(payload) : proto === UDP ? ipInUdp(payload) : undefined;
  return inner && readHeaders(inner, depth);
}

/** RFC 2784 and 2890: optional checksum, key and sequence number, four bytes each. */
function ipInGre(payload: Uint8Array): Uint8Array | undefined {
  if (payload.length < 4) return undefined;
  const flags = at(payload, 0);
  const options = [0x80, 0x20, 0x10].filter((bit) => (flags & bit) !== 0).length;
  const rest = payload.subarray(4 + options * 4);
  const type = word(payload, 2);
  if (type === 0x6558) return ipInEthernet(rest);
  return type === 0x0800 || type === 0x86dd ? rest : undefined;
}

/** flannel's udp backend puts an IP packet into UDP as it is; VXLAN (RFC 7348) a frame behind eight bytes. */
function ipInUdp(datagram: Uint8Array): Uint8Array | undefined {
  if (datagram.length < 16) return undefined;
  const length = word(datagram, 4) - 8;
  const payload = datagram.subarray(8);
  const version = at(payload, 0) >> 4;
  if ((version === 4 && word(payload, 2) === length) || (version === 6 && word(payload, 4) + 40 === length))
    return payload;
  const vxlan = word(payload, 0) === 0x0800 && word(payload, 2) === 0 && at(payload, 7) === 0;
  return vxlan ? ipInEthernet(payload.subarray(8)) : undefined;
}

function echoOf(proto: number, type: number | undefined): CapturedHeaders['echo'] {
  if (proto === ICMP) return type === 8 ? 'request' : type === 0 ? 'reply' : undefined;
  if (proto === ICMPV6) return type === 128 ? 'request' : type === 129 ? 'reply' : undefined;
  return undefined;
}

/** In tcpdump's order (tcp_flag_values in print-tcp.c). */
const LETTERS = [
  [FLAG.FIN, 'F'],
  [FLAG.SYN, 'S'],
  [FLAG.RST, 'R'],
  [FLAG.PSH, 'P'],
  [FLAG.ACK, '.'],
  [FLAG.URG, 'U'],
  [64, 'E'],
  [128, 'W'],
] as const;

function letters(bits: number): string {
  return (
    LETTERS.filter(([bit]) => (bits & bit) !== 0)
      .map(([, letter]) => letter)
      .join('') || 'none'
  );
}

function address(bytes: Uint8Array): Address {
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { family: bytes.length === 4 ? 4 : 6, value };
}

function at(bytes: Uint8Array, offset: number): number {
  return bytes[offset] ?? 0;
}

function word(bytes: Uint8Array, offset: number): number {
  return at(bytes, offset) * 256 + at(bytes, offset + 1);
}
