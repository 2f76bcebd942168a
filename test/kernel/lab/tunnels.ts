import { formatAddress } from '../../../src/core/net/address';
import { UDP_PORT, VXLAN_PORT } from '../../../src/core/overlay/flannel';
import { readPacket, type WirePacket } from './wire';

const VXLAN_AND_ETHERNET = 8 + 14;

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
 * Tells outer packets apart by what a rule trace shows of them: their addresses and length, and the beginning of what
 * they carry.
 */
export function outerKey(packet: WirePacket): string {
  const { src, dst, length, payload } = packet;
  return [formatAddress(src), formatAddress(dst), length, payload.toString('hex', 0, 12)].join(' ');
}
