import { formatAddress } from '../../../src/core/net/address';
import { UDP_PORT, VXLAN_PORT } from '../../../src/core/overlay/flannel';
import { readPacket, type WirePacket } from './wire';

const VXLAN_AND_ETHERNET = 8 + 14;
/** As much of a payload as a rule trace shows. */
const HEAD = 12;

/** Whether a packet carries another. */
export function isOuter({ dport }: WirePacket): boolean {
  return dport === UDP_PORT || dport === VXLAN_PORT;
}

/** What a packet carries, as far as that can be seen. */
export function innerPacket(packet: WirePacket): WirePacket | undefined {
  if (!isOuter(packet)) return undefined;
  return readPacket(packet.dport === UDP_PORT ? packet.payload : packet.payload.subarray(VXLAN_AND_ETHERNET));
}

/**
 * Tells outer packets apart by what a rule trace shows of them: their identification, which VXLAN's have; else their length
 * and the beginning of what they carry.
 */
export function outerKey({ id, src, dst, dport, length, payload }: WirePacket): string {
  if (id !== 0) return `${length} #${id}`;
  if (dport === UDP_PORT) return `${length} ${payload.toString('hex', 0, HEAD)}`;
  return `${length} ${formatAddress(src)} ${formatAddress(dst)}`;
}

/** Bytes that flannel's interface puts around a packet. */
export function encapsulation(device: string): number {
  return device.includes('.') ? 28 + VXLAN_AND_ETHERNET : 28;
}
