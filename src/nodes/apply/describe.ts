import type { Operation } from '../../core/plan/operation';

/** What an operation is about, for a sentence. */
export function subjectOf(operation: Operation): string {
  switch (operation.kind) {
    case 'rule':
      return `chain ${operation.chain} of table ${operation.table}`;
    case 'table':
      return `table ${operation.table}`;
    case 'route':
      return `route table ${operation.table}`;
    case 'policy-rule':
      return 'the policy rules';
    case 'sysctl':
      return operation.key;
    case 'file':
      return operation.path;
    case 'etcd':
      return `etcd's key ${operation.key}`;
    case 'config-map':
      return `${operation.entry} of ConfigMap ${operation.namespace}/${operation.name}`;
    case 'restart':
      return operation.agent;
  }
}

/** A node's sentence, in which operations have numbers, with what they are in place of these. */
export function withSubjects(sentence: string, operations: readonly Operation[]): string {
  return sentence.replace(/\boperation (\d+)\b/g, (number, at: string) => {
    const operation = operations[Number(at) - 1];
    if (!operation) return number;
    return `the ${operation.kind === 'restart' ? 'restart' : 'change'} of ${subjectOf(operation)}`;
  });
}
