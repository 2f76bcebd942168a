import type { Change, EvidenceLine } from '../core/trace/result';

/** What the page of a trace asks of the editor. Checked on arrival: a page is not trusted. */
export type FromPage =
  | { readonly type: 'open'; readonly source: EvidenceLine }
  | { readonly type: 'trace-with'; readonly changes: readonly Change[] }
  | { readonly type: 'make-plan'; readonly title: string; readonly changes: readonly Change[] }
  | { readonly type: 'assume'; readonly facts: readonly AssumedFact[] }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'copy-as'; readonly format: CopyFormat }
  | { readonly type: 'show-dump'; readonly shown: ShownStep }
  | { readonly type: 'close-dump' }
  /** The page is there, as it was first made. */
  | { readonly type: 'ready' }
  /** Holds the trace no longer against another one. */
  | { readonly type: 'stop-comparing' }
  /** The capture is to lie over the trace no longer; its place among them. */
  | { readonly type: 'remove-capture'; readonly at: number }
  /** Another question, from the same origin. */
  | { readonly type: 'trace-to'; readonly to: string; readonly protocol: string }
  /** The pane can take a dump now. */
  | { readonly type: 'dump-ready' }
  /** What is there to say of a place in a dump? The answer has the same id. */
  | { readonly type: 'hover'; readonly id: number; readonly place: DumpPlace };

/** What the page of an audit asks of the editor. */
export interface FromAuditPage {
  readonly type: 'trace';
  /** Place of the pair in the audit. */
  readonly pair: number;
}

export function isFromAuditPage(value: unknown): value is FromAuditPage {
  return isRecord(value) && value['type'] === 'trace' && typeof value['pair'] === 'number';
}

export type CopyFormat = 'text' | 'markdown' | 'json';

/** The step whose dump is shown beside the steps. */
export interface ShownStep {
  /** The id of its row. */
  readonly step: string;
  readonly source: EvidenceLine;
}

/** A place in the text of an output. */
export interface DumpPlace extends EvidenceLine {
  /** Counting from 1. */
  readonly column: number;
}

/** A setting of the kernel that the snapshot does not hold. */
export interface AssumedFact {
  readonly node: string;
  readonly key: string;
  /** What it is taken to be; undefined where both ways are traced. Alternatives that come to the same by `|`. */
  readonly value: string | undefined;
  /** Those that make a difference. */
  readonly values: readonly string[];
}

/** What a page keeps over a reload of the window: enough to trace again. */
export interface PageState {
  readonly clusterUri: string;
  readonly from: string;
  readonly to: string;
  readonly protocol: string | undefined;
  readonly changes: readonly Change[];
  /** What the user has settled. */
  readonly facts: readonly AssumedFact[];
  /** Undefined where no dump is shown beside the trace. */
  readonly shown: ShownStep | undefined;
  /** What lies over the trace. */
  readonly captures: readonly KeptCapture[];
  /** The id of the pinned trace that this one is held against. */
  readonly comparedWith: string | undefined;
}

/** A capture, where it was taken, and how to come by it again. */
export interface KeptCapture {
  readonly node: string;
  readonly namespace: string;
  /** Undefined: on any. */
  readonly interface: string | undefined;
  readonly title: string;
  readonly from: { readonly uri: string } | { readonly text: string };
}

export function isFromPage(value: unknown): value is FromPage {
  if (!isRecord(value)) return false;
  switch (value['type']) {
    case 'open':
      return isEvidence(value['source']);
    case 'trace-with':
      return isChanges(value['changes']);
    case 'make-plan':
      return typeof value['title'] === 'string' && isChanges(value['changes']);
    case 'assume':
      return isFacts(value['facts']);
    case 'copy-as':
      return ['text', 'markdown', 'json'].includes(String(value['format']));
    case 'copy':
      return typeof value['text'] === 'string';
    case 'show-dump':
      return isShownStep(value['shown']);
    case 'close-dump':
    case 'dump-ready':
    case 'ready':
    case 'stop-comparing':
      return true;
    case 'remove-capture':
      return typeof value['at'] === 'number';
    case 'trace-to':
      return typeof value['to'] === 'string' && typeof value['protocol'] === 'string';
    case 'hover':
      return typeof value['id'] === 'number' && isEvidence(value['place']) && isCount(value['place'], 'column');
    default:
      return false;
  }
}

export function isPageState(value: unknown): value is PageState {
  return (
    isRecord(value) &&
    typeof value['clusterUri'] === 'string' &&
    typeof value['from'] === 'string' &&
    typeof value['to'] === 'string' &&
    (value['protocol'] === undefined || typeof value['protocol'] === 'string') &&
    isChanges(value['changes']) &&
    isFacts(value['facts']) &&
    (value['shown'] === undefined || isShownStep(value['shown'])) &&
    isListOf(value['captures'], isKeptCapture) &&
    (value['comparedWith'] === undefined || typeof value['comparedWith'] === 'string')
  );
}

function isListOf(value: unknown, check: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(check);
}

function isKeptCapture(value: unknown): value is KeptCapture {
  return (
    isRecord(value) &&
    typeof value['node'] === 'string' &&
    typeof value['namespace'] === 'string' &&
    (value['interface'] === undefined || typeof value['interface'] === 'string') &&
    typeof value['title'] === 'string' &&
    isRecord(value['from']) &&
    (typeof value['from']['uri'] === 'string' || typeof value['from']['text'] === 'string')
  );
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isShownStep(value: unknown): value is ShownStep {
  return isRecord(value) && typeof value['step'] === 'string' && isEvidence(value['source']);
}

function isCount(value: object, key: string): boolean {
  return Number.isInteger(Reflect.get(value, key)) && Number(Reflect.get(value, key)) > 0;
}

export function isEvidence(value: unknown): value is EvidenceLine {
  return (
    isRecord(value) &&
    typeof value['node'] === 'string' &&
    typeof value['namespace'] === 'string' &&
    typeof value['output'] === 'string' &&
    typeof value['line'] === 'number'
  );
}

function isChanges(value: unknown): value is readonly Change[] {
  return (
    Array.isArray(value) &&
    value.every((one) => isRecord(one) && typeof one['kind'] === 'string' && typeof one['node'] === 'string')
  );
}

function isFacts(value: unknown): value is readonly AssumedFact[] {
  return (
    Array.isArray(value) &&
    value.every(
      (one) =>
        isRecord(one) &&
        typeof one['node'] === 'string' &&
        typeof one['key'] === 'string' &&
        (one['value'] === undefined || typeof one['value'] === 'string') &&
        Array.isArray(one['values']) &&
        one['values'].every((each) => typeof each === 'string'),
    )
  );
}
