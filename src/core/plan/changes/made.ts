import type { NamespaceRecord, Output } from '../../snapshot/format';
import type { Operation } from '../operation';

/** A change of one namespace: how its outputs would be then, and what is done on the node for that. */
export interface Made {
  readonly record: NamespaceRecord;
  readonly operations: readonly Operation[];
  /** Why it cannot be done on the node, though it can be traced. */
  readonly unfit?: string;
}

export type Refused = { readonly error: string };

/** The outputs of a namespace, were one of them another. */
export function withOutput(record: NamespaceRecord, id: string, command: string, stdout: string): NamespaceRecord {
  const output: Output = { command, exitCode: 0, stdout, stderr: '' };
  return { ...record, outputs: { ...record.outputs, [id]: output } };
}
