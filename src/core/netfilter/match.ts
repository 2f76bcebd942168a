import type { Address, Family } from '../net/address';
import type { Packet } from '../net/packet';
import type { Range } from '../net/range';
import type { Tracking } from './tracking';
import type { Hook } from './hook';
import type { OptionUse } from './syntax';

/** What cannot be told from the data. It becomes an assumption with the values yes and no. */
export interface Unknown {
  readonly kind: 'unknown';
  /** Names the sort of unknown, for programs: `set-members-unknown`. */
  readonly code: string;
  /** Names the unknown itself: equal subjects on one node have equal values. */
  readonly subject: string;
  /** What "yes" means, in words. */
  readonly text: string;
  /** Each packet has an answer of its own. */
  readonly perPacket?: true;
  /** The answer is no where the subject is yes. */
  readonly inverted?: boolean;
}

/** A draw that the kernel makes anew for each packet. */
export interface Chance {
  readonly kind: 'chance';
  readonly probability: number;
}

/** An answer that holds for the first packet of a first connection; told once in the result. */
export interface Assumed {
  readonly kind: 'assumed';
  readonly value: boolean;
  readonly text: string;
}

export type Answer = boolean | Unknown | Chance | Assumed;

export function not(answer: Answer): Answer {
  if (typeof answer === 'boolean') return !answer;
  switch (answer.kind) {
    case 'unknown':
      return { ...answer, inverted: answer.inverted !== true };
    case 'chance':
      return { kind: 'chance', probability: 1 - answer.probability };
    case 'assumed':
      return { ...answer, value: !answer.value };
  }
}

/** Types of an address as the FIB has them (include/uapi/linux/rtnetlink.h `RTN_*`). */
export type AddressType =
  | 'UNSPEC'
  | 'UNICAST'
  | 'LOCAL'
  | 'BROADCAST'
  | 'ANYCAST'
  | 'MULTICAST'
  | 'BLACKHOLE'
  | 'UNREACHABLE'
  | 'PROHIBIT'
  | 'THROW';

/** A program, or the kernel itself: it answers echoes, and refuses connections. */
export type SocketOwner = 'program' | 'kernel';

/** A list of `-m recent`, as far as this trace has written it: how often it has noted an address. */
export type RecentList = Map<string, number>;

/** The packet and its surroundings, as a match sees them at a hook. */
export interface PacketView {
  readonly family: Family;
  readonly packet: Packet;
  readonly hook: Hook;
  readonly in: string | undefined;
  readonly out: string | undefined;
  /** Bridge ports; known only to packets that br_netfilter passed to the IP hooks. */
  readonly physIn: string | undefined;
  readonly physOut: string | undefined;
  readonly bridged: boolean;
  readonly tracking: Tracking;
  /** Whose socket of this network namespace sends the packet; undefined where it comes from elsewhere. */
  readonly socket: SocketOwner | undefined;
  /** The source of the frame that it came in: null where there was none, undefined where that is not known. */
  readonly macSource: string | null | undefined;
  /** By the local table; with `device`, addresses on other interfaces do not count. */
  addressType(address: Address, device: string | undefined): AddressType | Unknown;
  /** The reverse path check of `-m rpfilter`: true where the way back is good. */
  reversePath(check: { loose: boolean; useMark: boolean; acceptLocal: boolean }): Answer;
  /** Whether set `name` holds what `directions` (src, dst) take from the packet. */
  inSet(name: string, directions: readonly string[]): Answer;
  recentList(name: string): RecentList;
  /** What NAT has drawn a port from that is shown in its place; undefined for a port that is what it seems. */
  drawnFrom(port: number): Range | undefined;
}

/** Who an address belongs to, in words; used to tell what a rule does. */
export interface Names {
  address(address: Address): string;
}

/** One test of a rule. */
export interface Condition {
  test(view: PacketView): Answer;
  /** What it does beside answering, once all before it in the rule hold; `held`: whether it does itself. */
  act?(view: PacketView, held: boolean): void;
  /** A fragment that follows "packets": `to 10.0.0.1`, `that come in on docker0`. */
  words(names: Names): string;
}

/** A match extension. `bind` gives a condition per option; undefined where the options cannot be read. */
export interface MatchModule {
  bind(options: readonly OptionUse[], family: Family): Condition[] | undefined;
}
