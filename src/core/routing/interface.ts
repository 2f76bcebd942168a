import type { Address } from '../net/address';
import type { Prefix } from '../net/prefix';

/** Address scopes (rtnetlink(7)): an address of scope `global` may leave the node, `link` and `host` may not. */
export type Scope = 'global' | 'site' | 'link' | 'host';

export interface InterfaceAddress {
  readonly address: Address;
  /** The network it makes on-link, from its prefix length or its peer. */
  readonly network: Prefix;
  readonly scope: Scope;
  /** Not the first of its network: never chosen as a source by itself. */
  readonly secondary: boolean;
  /** Line of the output that names it. */
  readonly line: number;
}

export interface Interface {
  readonly name: string;
  readonly index: number | undefined;
  /** `veth`, `bridge`, `vxlan`, `tun` …; undefined for hardware, and where the output does not say. */
  readonly kind: string | undefined;
  readonly loopback: boolean;
  /** Undefined where the output does not say. */
  readonly up: boolean | undefined;
  readonly mtu: number | undefined;
  readonly mac: string | undefined;
  /** The bridge (or bond) it is a port of. */
  readonly master: string | undefined;
  /** veth: index of the other end, in whichever namespace that is. */
  readonly peerIndex: number | undefined;
  /** The interface below: of a VLAN, or the other end's name where both ends are in one namespace. */
  readonly lower: string | undefined;
  readonly vxlan: Vxlan | undefined;
  /** Bridge ports: whether a frame may leave by the port it came in on. */
  readonly hairpin: boolean | undefined;
  /** Whether an XDP program is attached. */
  readonly xdp: boolean;
  readonly addresses: readonly InterfaceAddress[];
  readonly line: number;
}

export interface Vxlan {
  readonly id: number | undefined;
  readonly local: Address | undefined;
  readonly device: string | undefined;
  /** UDP port of the outer packet. */
  readonly port: number;
}

/** The fields of an interface that its reader did not find. */
export const UNSPECIFIED: Omit<Interface, 'name' | 'line'> = {
  index: undefined,
  kind: undefined,
  loopback: false,
  xdp: false,
  up: undefined,
  mtu: undefined,
  mac: undefined,
  master: undefined,
  peerIndex: undefined,
  lower: undefined,
  vxlan: undefined,
  hairpin: undefined,
  addresses: [],
};
