import type { ComparedStep } from '../core/trace/compare/comparison';
import type { Mark } from '../core/trace/captures/laid-over';
import type { Verdict } from '../core/trace/result';
import type { CopyFormat } from './messages';

/** The words of the page, in the language of the editor. */
export interface PageWords {
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly if: string;
  readonly supportedBy: string;
  readonly request: string;
  readonly reply: string;
  readonly ack: string;
  /** The first data that the server sends. */
  readonly data: string;
  readonly traceWith: string;
  readonly makePlan: string;
  readonly withChanges: string;
  readonly effect: string;
  readonly where: string;
  readonly what: string;
  readonly packet: string;
  readonly source: string;
  readonly line: string;
  readonly assumed: string;
  readonly notSimulated: string;
  readonly outerPacket: string;
  readonly copy: string;
  /** Copy the whole trace in a format. */
  readonly copyAs: Readonly<Record<CopyFormat, string>>;
  readonly ends: string;
  /** Above the settings that decide and are not known. */
  readonly assuming: string;
  /** `rp_filter on worker` */
  readonly on: string;
  /** `0 or 2` */
  readonly or: string;
  readonly unknown: string;
  /** What the table of the way is called. */
  readonly way: string;
  /** Of a packet on an interface: it comes in, it goes out. */
  readonly in: string;
  readonly out: string;
  /** Of the outer packet on an interface: it carries the packet that is traced. */
  readonly inTunnel: string;
  readonly delivered: string;
  /** Where a stop of the way leads. */
  readonly toStep: string;
  /** What is said of the captures that lie over the trace. */
  readonly captures: string;
  /** Whether a captured packet was where the trace shows it. */
  readonly marks: Readonly<Record<Mark, string>>;
  /** `eth0.pcap: worker eth0, 1 of 2 packets are of this trace` */
  readonly packetsOf: (ofTrace: number, packets: number) => string;
  /** A capture on every interface. */
  readonly anyInterface: string;
  /** Before what speaks against an outcome. */
  readonly speaksAgainst: string;
  readonly removeCapture: string;
  /** Before the name of the destination. */
  readonly name: string;
  readonly nameServer: string;
  readonly notTheClusters: string;
  readonly noSuchName: string;
  readonly noResolvConf: string;
  readonly traceThis: string;
  readonly comparedWith: string;
  readonly stopComparing: string;
  /** In this trace, and in the one that it is held against. */
  readonly here: string;
  readonly there: string;
  readonly stepsThere: string;
  readonly differences: string;
  /** A stop of the way that is another one in the trace that this one is held against. */
  readonly differs: string;
  readonly kinds: Readonly<Record<ComparedStep['kind'], string>>;
  readonly otherOutcomes: string;
  readonly showDump: string;
  readonly openInEditor: string;
  readonly closeDump: string;
  /** What the text of a dump is called for those who hear it. */
  readonly dumpLabel: string;
}
