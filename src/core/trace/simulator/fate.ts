import type { LegVerdict } from '../result';
import type { Stack } from './stack';
import type { TableVerdict } from './verdict';

/** How a packet's way ends. */
export interface Fate {
  readonly kind: 'end';
  readonly verdict: LegVerdict;
  readonly stack: Stack;
  /** The interface it came in on, or was to leave by. */
  readonly device: string | undefined;
  /** Why; empty when delivered. */
  readonly reason: string;
  /** Names the reason for programs. */
  readonly cause: Cause | undefined;
}

export type Cause =
  | 'rp-filter'
  | 'rule'
  | 'policy'
  | 'clash'
  | 'no-route'
  | 'refused-route'
  | 'broadcast'
  | 'ip-forward'
  | 'martian'
  | 'route-localnet'
  | 'hairpin'
  | 'not-listening'
  | 'no-owner'
  | 'outside'
  | 'not-collected'
  | 'not-simulated'
  | 'invalid-rule'
  | 'neighbour'
  | 'vtep-mac'
  | 'ttl';

export function end(verdict: LegVerdict, stack: Stack, device: string | undefined, reason = '', cause?: Cause): Fate {
  return { kind: 'end', verdict, stack, device, reason, cause };
}

/** What a hook's verdict makes of a packet. */
export function fateOf(
  verdict: Exclude<TableVerdict, { kind: 'accept' }>,
  stack: Stack,
  device: string | undefined,
): Fate {
  switch (verdict.kind) {
    case 'drop':
      return end('dropped', stack, device, verdict.text, verdict.by);
    case 'reject':
      return end('rejected', stack, device, `${verdict.text} (${verdict.with})`, 'rule');
    case 'undetermined':
      return end('undetermined', stack, device, verdict.text, 'not-simulated');
  }
}
