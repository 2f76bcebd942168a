import type { CapturedPacket } from '../../capture/packet';
import type { Sighting } from '../result';
import type { LegName } from '../way';

/** A capture, and where it was taken. */
export interface Capture {
  readonly node: string;
  readonly namespace: string;
  /** Undefined: on any. */
  readonly interface: string | undefined;
  /** How it is called: a file's name. */
  readonly title: string;
  readonly packets: readonly CapturedPacket[];
  /** What kept the rest of it from being read. */
  readonly problem?: string | undefined;
}

/** `unknown`: no capture was taken there, or the captures cannot tell. */
export type Mark = 'seen' | 'not-seen' | 'unknown';

/** A packet of one of the captures. */
export interface Spot {
  /** Which of the captures, counting from 0. */
  readonly capture: number;
  /** As `CapturedPacket.number`. */
  readonly packet: number;
}

/** A predicted sighting, and whether it was one. */
export interface MarkedSighting {
  readonly leg: LegName;
  readonly sighting: Sighting;
  readonly mark: Mark;
  /** Where it was seen first; null where it was not. */
  readonly at: Spot | null;
}

/** A packet of the trace where the outcome has none. */
export interface Unpredicted extends Spot {
  /** `refusal`: a RST that answers the SYN. */
  readonly leg: LegName | 'refusal';
  /** `10.1.63.3:80 > 192.168.1.12:50712, SYN+ACK` */
  readonly text: string;
}

/** Where an outcome and the captures part. */
export interface Difference {
  readonly kind: 'not-seen' | 'unpredicted';
  readonly node: string;
  readonly namespace: string;
  readonly interface: string | null;
  readonly text: string;
}

export interface LaidOverOutcome {
  /** Nothing that the captures show speaks against it. */
  readonly stands: boolean;
  /** The first in the order of the packets' way; null where it stands. */
  readonly difference: Difference | null;
  readonly sightings: readonly MarkedSighting[];
  readonly unpredicted: readonly Unpredicted[];
}

/** Captures laid over a trace. */
export interface LaidOver {
  /** What the captures say of the trace, in one sentence or two. */
  readonly answer: string;
  /** Which outcome stands where every other falls; null where that is none, or where there is but one. */
  readonly supports: number | null;
  readonly captures: readonly {
    readonly node: string;
    readonly namespace: string;
    readonly interface: string | null;
    readonly title: string;
    /** How many IP packets it has, and how many of them are of this trace, or of its tunnels where they do not tell. */
    readonly packets: number;
    readonly ofTrace: number;
    readonly problem: string | null;
  }[];
  /** One for each outcome of the trace. */
  readonly outcomes: readonly LaidOverOutcome[];
}
