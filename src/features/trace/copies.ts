import { describe, markdown } from '../../core/trace/describe';
import type { TraceResult } from '../../core/trace/result';
import type { CopyFormat } from '../../webview/messages';

/** A trace as it is copied. */
export const COPIES: Readonly<Record<CopyFormat, (result: TraceResult) => string>> = {
  text: (result) => [...describe(result), ''].join('\n'),
  markdown,
  json: (result) => JSON.stringify(result, undefined, 2),
};
