import type { Operation } from '../../core/plan/operation';
import { linesOf } from './canonical';
import { subjectOf } from './describe';
import { linesWithout } from './differences';
import { operationScript } from './operation-script';
import type { Conflict } from './state';

/** What a node has told about how an operation's subject is. */
export interface Finding {
  /** `before`, `after`, `other`, `unreadable` or `stateless`, as the program for nodes has it. */
  readonly state: string;
  /** What is there instead. */
  readonly found: readonly string[];
}

/** Undefined where it is as the operation expects. */
export function conflictOf(node: string, operation: Operation, { state, found }: Finding): Conflict | undefined {
  const subject = subjectOf(operation);
  const conflict = (message: string, missing: string[] = [], unexpected: string[] = []): Conflict => ({
    ...{ node, operation, message, missing, unexpected },
  });
  switch (state) {
    case 'before':
    case 'stateless':
      return undefined;
    case 'after':
      return conflict(`${node}: ${subject} is already as it is to be; make the plan anew.`);
    case 'unreadable':
      return conflict(`${node}: ${subject} cannot be read there.`);
    default: {
      const { files } = operationScript(operation);
      const expected = files['before'] ?? '';
      const there = found.join('\n');
      const message = `${node}: ${subject} has changed since the plan was made; make it anew.`;
      if (operation.kind === 'route' || operation.kind === 'policy-rule') {
        const present = (files['adds'] ?? '').split('\n').filter((line) => line !== '' && found.includes(line));
        return conflict(message, linesWithout(expected, there), present);
      }
      return conflict(message, linesWithout(expected, there), linesWithout(there, expected));
    }
  }
}

/** An operation with what the node has made of it, in its own words. */
export function withActual(operation: Operation, lines: readonly string[]): Operation {
  switch (operation.kind) {
    case 'rule':
      return { ...operation, after: lines };
    case 'table':
      return { ...operation, after: linesOf(lines) };
    case 'route':
    case 'policy-rule':
      return { ...operation, adds: lines };
    case 'sysctl':
    case 'file':
    case 'etcd':
    case 'config-map':
    case 'restart':
      return operation;
  }
}
