import type { Address } from '../../net/address';
import type { NextHop, Route } from '../../routing/route';
import type { Fate } from './fate';
import type { Stack } from './stack';

/** Where a packet leaves by, and to whom. */
export interface Way {
  readonly device: string;
  readonly nextHop: Address;
  readonly gatewayName?: string;
  readonly as: SentAs;
}

/** How a packet came to be sent; on lo it keeps the route: to this host, on to another, or nowhere. */
export type SentAs = 'local' | 'forwarded' | 'astray';

/** Where a packet that came in goes: to a socket of this host, or on. */
export type InputRoute =
  | { readonly kind: 'local' }
  | { readonly kind: 'forward'; readonly route: Route; readonly hop: NextHop; readonly device: string };

/** What becomes of a packet next. */
export type Next =
  | ({ readonly kind: 'transmit'; readonly stack: Stack } & Way)
  | {
      readonly kind: 'arrive';
      readonly stack: Stack;
      readonly device: string | undefined;
      readonly nextHop: Address;
      /** Out of a tunnel of the kernel's: the mark that the outer packet had in the end. Default: none. */
      readonly mark?: number;
    }
  | { readonly kind: 'input'; readonly stack: Stack; readonly device: string }
  | Fate;
