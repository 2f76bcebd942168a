import type { NodeOperations, Operation } from './operation';

/**
 * What takes operations back, as operations of their own: the last comes first, and agents are restarted when all else is as
 * it was, in their order.
 */
export function inverseOf({ node, operations }: NodeOperations): NodeOperations {
  const restarts = operations.filter(({ kind }) => kind === 'restart');
  const others = operations.filter(({ kind }) => kind !== 'restart').reverse();
  return { node, operations: [...others.map(inverse), ...restarts] };
}

function inverse(operation: Operation): Operation {
  switch (operation.kind) {
    case 'restart':
      return operation;
    case 'rule':
      return { ...operation, ...swapped(operation), does: operation.undoes, undoes: operation.does };
    case 'route':
    case 'policy-rule': {
      const { does, undoes, removes, adds } = operation;
      return { ...operation, does: undoes, undoes: does, removes: adds, adds: removes };
    }
    case 'table':
      return { ...operation, ...swapped(operation) };
    case 'sysctl':
      return { ...operation, ...swapped(operation) };
    case 'file':
      return { ...operation, ...swapped(operation) };
    case 'etcd':
      return { ...operation, ...swapped(operation) };
    case 'config-map':
      return { ...operation, ...swapped(operation) };
  }
}

function swapped<T>({ before, after }: { readonly before: T; readonly after: T }): {
  readonly before: T;
  readonly after: T;
} {
  return { before: after, after: before };
}
