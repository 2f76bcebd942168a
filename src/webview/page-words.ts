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
  readonly otherOutcomes: string;
  readonly showDump: string;
  readonly openInEditor: string;
  readonly closeDump: string;
  /** What the text of a dump is called for those who hear it. */
  readonly dumpLabel: string;
}
