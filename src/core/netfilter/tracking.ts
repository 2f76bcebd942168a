import type { Address } from '../net/address';

/** Addresses and ports in one direction of a connection. For ICMP queries `sport` is the id and `dport` type and code. */
export interface Tuple {
  readonly src: Address;
  readonly dst: Address;
  readonly proto: number;
  readonly sport: number;
  readonly dport: number;
}

/** An entry of the connection table of one network namespace. */
export interface Connection {
  readonly original: Tuple;
  /** What a reply looks like on arrival; NAT shows in its difference from the original. */
  reply: Tuple;
  readonly zone: { readonly original: number; readonly reply: number };
  mark: number;
  /** Whether the NAT tables have been asked, per kind of rewriting: once per connection. */
  decided: { destination: boolean; source: boolean };
  /** The status bits IPS_DST_NAT and IPS_SRC_NAT. */
  nat: { destination: boolean; source: boolean };
  /** The interface a MASQUERADE chose its address for; leaving by another one later ends the connection. */
  masqueradedOn?: string;
  confirmed: boolean;
  seenReply: boolean;
  /** TCP: how far the handshake was seen. */
  handshake?: 'syn-sent' | 'syn-received' | 'established';
  assured: boolean;
}

/** What connection tracking says of a packet (`ctinfo`). */
export type Tracking =
  | { readonly state: 'INVALID' | 'UNTRACKED' }
  | {
      readonly state: 'NEW' | 'ESTABLISHED' | 'RELATED';
      readonly direction: 'original' | 'reply';
      readonly connection: Connection;
    };
