import type { Family } from '../../../../src/core/net/address';

/** What the drawn rules of a node may be about. */
export interface Vocabulary {
  readonly family: Family;
  /** Addresses of pods, to which traffic may be sent on. */
  readonly pods: readonly string[];
  /** The node's own. */
  readonly own: readonly string[];
  readonly services: readonly string[];
  readonly networks: readonly string[];
  readonly devices: readonly string[];
  readonly bridgePorts: readonly string[];
  /** Names of address sets, with how many directions a match on them takes. */
  readonly sets: readonly (readonly [name: string, directions: number])[];
  /** Whether NAT may draw ports: rules then do not ask for what is drawn. */
  readonly drawsPorts: boolean;
  /** Rewrites TCP alone: an outer packet that is sent into its own tunnel makes a storm. */
  readonly tunnelled: boolean;
}

export function addressesOf({ pods, own, services, networks }: Vocabulary): string[] {
  return [...pods, ...own, ...services, ...networks];
}
