import type { Address } from '../net/address';
import type { Prefix } from '../net/prefix';
import type { Range } from '../net/range';

/** The addresses and ports that NAT may choose from. What is absent stays as it is. */
export interface NatRange {
  readonly addresses?: { readonly from: Address; readonly to: Address };
  readonly ports?: Range;
  /** `--to-destination :80-90/1080`: ports are shifted by their distance from this one. */
  readonly basePort?: number;
  readonly random: boolean;
}

/** What a rule does with the packets that match it. */
export type Action =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'notrack' }
  /** Goes on with the next rule: no target, or one that does not change the packet's way (LOG, TCPMSS …). */
  | { readonly kind: 'continue'; readonly target: string | undefined }
  | { readonly kind: 'call' | 'goto'; readonly chain: string }
  | { readonly kind: 'reject'; readonly with: string }
  | { readonly kind: 'dnat' | 'snat'; readonly range: NatRange }
  | { readonly kind: 'masquerade' | 'redirect'; readonly ports: Range | undefined; readonly random: boolean }
  | { readonly kind: 'netmap'; readonly prefix: Prefix }
  /** mark = (mark & ~clear) ^ toggle */
  | { readonly kind: 'mark'; readonly clear: number; readonly toggle: number }
  | { readonly kind: 'set-connmark'; readonly clear: number; readonly toggle: number }
  | { readonly kind: 'save-connmark' | 'restore-connmark'; readonly nfmask: number; readonly ctmask: number }
  | { readonly kind: 'zone'; readonly zone: number; readonly side: 'both' | 'original' | 'reply' }
  | { readonly kind: 'dscp'; readonly value: number }
  | { readonly kind: 'ttl'; readonly change: 'set' | 'increase' | 'decrease'; readonly value: number }
  /** `port` 0: the packet's own; no `address`: the first of the interface. */
  | {
      readonly kind: 'tproxy';
      readonly address: Address | undefined;
      readonly port: number;
      readonly clear: number;
      readonly toggle: number;
    }
  | { readonly kind: 'unknown'; readonly target: string };
