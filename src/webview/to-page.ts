import type { EvidenceLine } from '../core/trace/result';
import { isEvidence, isPageState, isRecord, type PageState } from './messages';

/** What the editor tells the page of a trace. */
export type ToPage =
  | {
      readonly type: 'dump';
      readonly dump: Dump;
      /** Whether the user asked for it just now, and goes on there. */
      readonly focus: boolean;
    }
  | {
      /** The page is to say something else. */
      readonly type: 'contents';
      /** Markup, made by the host. */
      readonly contents: string;
      readonly state: PageState;
    }
  | {
      readonly type: 'hover';
      /** That of the question. */
      readonly id: number;
      /** Markdown in which the text of nodes is escaped. */
      readonly paragraphs: readonly string[];
    };

/** An output as it is shown beside the steps. */
export interface Dump {
  readonly title: string;
  /** The editor's id of its language. */
  readonly language: string;
  readonly text: string;
  /** Where the step comes from. */
  readonly source: EvidenceLine;
  /** The lines that decided something in this outcome, counting from 1. */
  readonly matched: readonly number[];
}

export function isToPage(value: unknown): value is ToPage {
  if (!isRecord(value)) return false;
  if (value['type'] === 'hover') return typeof value['id'] === 'number' && isListOf('string', value['paragraphs']);
  if (value['type'] === 'contents') return typeof value['contents'] === 'string' && isPageState(value['state']);
  return value['type'] === 'dump' && typeof value['focus'] === 'boolean' && isDump(value['dump']);
}

function isDump(value: unknown): value is Dump {
  return (
    isRecord(value) &&
    typeof value['title'] === 'string' &&
    typeof value['language'] === 'string' &&
    typeof value['text'] === 'string' &&
    isEvidence(value['source']) &&
    isListOf('number', value['matched'])
  );
}

function isListOf(type: 'string' | 'number', value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === type);
}
