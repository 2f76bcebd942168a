/*
 * The JSON of a trace: a contract with programs outside. Fields are added, never changed. See README, "Trace JSON".
 */

export type LegVerdict = 'delivered' | 'dropped' | 'rejected' | 'unroutable' | 'loop' | 'undetermined';
export type Verdict = 'connected' | 'no-reply' | Exclude<LegVerdict, 'delivered'>;

export interface PacketRecord {
  readonly in: string | null;
  readonly out: string | null;
  readonly src: string;
  readonly dst: string;
  readonly proto: string;
  readonly sport: number | null;
  readonly dport: number | null;
  readonly mark: number;
}

export interface SourceLine {
  readonly output: string;
  /** Counting from 1. */
  readonly line: number;
}

export type StepKind =
  'rule' | 'policy' | 'route' | 'rp-filter' | 'conntrack' | 'nat' | 'bridge' | 'tunnel' | 'link' | 'deliver';

export interface Step {
  readonly node: string;
  readonly namespace: string;
  readonly kind: StepKind;
  readonly hook: string | null;
  readonly table: string | null;
  readonly chain: string | null;
  readonly rule: number | null;
  /** A rule or route as its output has it; for other steps what was looked at. */
  readonly text: string;
  readonly effect: string;
  /** The packet after the step. */
  readonly packet: PacketRecord;
  /** The packet before, where the step changed it. */
  readonly before?: PacketRecord;
  readonly source: SourceLine | null;
  /** The way of the outer packet, under a tunnel step. */
  readonly outer?: readonly Step[];
}

export interface Place {
  readonly node: string | null;
  readonly namespace: string | null;
  readonly interface: string | null;
}

/** A packet as tcpdump on an interface would show it. */
export interface Sighting extends Place {
  readonly direction: 'in' | 'out';
  readonly packet: PacketRecord;
  /** Whether it is the outer packet of a tunnel. */
  readonly outer: boolean;
  /** A frame that a bridge only passes on: a capture on the bridge shows it in promiscuous mode, as tcpdump's is. */
  readonly promiscuous?: true;
}

export interface Leg {
  readonly verdict: LegVerdict;
  readonly end: Place;
  /** Why the leg ends where it does, where it is not delivered. */
  readonly reason: string | null;
  readonly sent: PacketRecord;
  readonly received: PacketRecord | null;
  readonly steps: readonly Step[];
  readonly captures: readonly Sighting[];
}

export interface Assumption {
  readonly code: string;
  readonly text: string;
  readonly node: string;
  readonly key: string;
  /** Alternatives separated by "|". */
  readonly value: string;
}

export interface EvidenceLine extends SourceLine {
  readonly node: string;
  readonly namespace: string;
  /** What is to be read there. */
  readonly text?: string;
}

export interface Change {
  readonly kind: 'iptables-rule' | 'sysctl' | 'route' | 'kube-proxy' | 'flannel';
  readonly node: string;
  readonly rule?: string;
  readonly key?: string;
  readonly value?: string;
  /** A route to add; after `del `, one to delete. */
  readonly route?: string;
}

export interface Fix {
  readonly title: string;
  readonly changes: readonly Change[];
  /** What the same trace gives once the changes are made, under the same assumptions. */
  readonly effect?: { readonly verdict: Verdict; readonly text: string };
}

export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly node: string | null;
  /** The finding in a few words, as the end of a sentence. */
  readonly title: string;
  readonly message: string;
  readonly evidence: readonly EvidenceLine[];
  readonly fix: Fix | null;
}

/** An observation in the snapshot that agrees with an outcome and with no other. */
export interface Observation extends EvidenceLine {
  /** What was seen. */
  readonly text: string;
}

export interface Outcome {
  /** Within its assumptions. */
  readonly probability: number;
  readonly verdict: Verdict;
  readonly assumptions: readonly Assumption[];
  readonly request: Leg;
  readonly reply: Leg | null;
  /** TCP: the packet that completes the handshake, where the reply arrived. */
  readonly ack: Leg | null;
  /** TCP: the first data that the server sends, where the handshake is complete. */
  readonly data: Leg | null;
  readonly findings: readonly Finding[];
  readonly supportedBy: readonly Observation[];
}

/** Something taken as given, that the snapshot does not show and that does not split the trace. */
export interface Assumed {
  readonly code: string;
  readonly node: string | null;
  readonly text: string;
}

/** A name server of the origin, and whether its questions arrive there. */
export interface NameServer {
  readonly address: string;
  /** In resolv.conf. */
  readonly line: number;
  /** Whether it is the cluster's, which knows the names of services. */
  readonly cluster: boolean;
  /** Of a question and its answer: UDP, port 53. Null where it cannot be traced. */
  readonly trace: TraceResult | null;
}

/** How the name of the destination became its address, as the origin would resolve it. */
export interface NameResolution {
  readonly name: string;
  readonly address: string;
  /** Where resolv.conf is; null where it was not collected, and what kubelet gives a pod is taken. */
  readonly source: EvidenceLine | null;
  readonly search: readonly string[];
  readonly ndots: number;
  /** The full names in the order in which they are asked for, up to the one that has an address. */
  readonly asked: readonly { readonly name: string; readonly address: string | null }[];
  readonly servers: readonly NameServer[];
  /** What each C library does with that. */
  readonly libraries: { readonly glibc: string; readonly musl: string };
}

export interface TraceResult {
  readonly hoplensTrace: 1;
  readonly from: Readonly<Record<string, string | number | null>>;
  readonly to: Readonly<Record<string, string | number | null>>;
  /** The answer in one sentence. */
  readonly answer: string;
  /** Null where the destination is no name that has to be resolved. */
  readonly resolution: NameResolution | null;
  readonly outcomes: readonly Outcome[];
  readonly assumed: readonly Assumed[];
  /** Parts of the data path that are there but not simulated. */
  readonly notSimulated: readonly Assumed[];
}
