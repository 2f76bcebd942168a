import type { Operation, RuleOperation, TableOperation } from '../../core/plan/operation';
import { commandLine } from '../batch/quote';
import { canonicalRouting, canonicalTable, linesOf } from './canonical';

/** What an operation is in the program for a node: its data, its commands, and which kind it is; see node/kinds.sh. */
export interface OperationScript {
  /** Files of the operation's folder, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Kind and arguments, to which verb and number are added. */
  readonly kind: string;
  readonly words: readonly string[];
  /** Command lines, each word of them quoted. */
  readonly does?: string;
  readonly undoes?: string;
}

export function operationScript(operation: Operation): OperationScript {
  switch (operation.kind) {
    case 'rule': {
      const { table, chain, before, after, does, undoes } = operation;
      const program = programOf(operation);
      return {
        files: { before: linesOf(before), after: linesOf(after) },
        kind: 'rule',
        words: [program, table, chain],
        does: commandLine(['tables', program, '-t', table, ...does]),
        undoes: commandLine(['tables', program, '-t', table, ...undoes]),
      };
    }
    case 'table': {
      const files = { before: canonicalTable(operation.before), after: canonicalTable(operation.after) };
      return { files, kind: 'table', words: [programOf(operation), operation.table] };
    }
    case 'route':
    case 'policy-rule': {
      const { kind, family, does, undoes, removes, adds, table } = operation;
      const [gone, come] = [canonicalRouting(removes), canonicalRouting(adds)];
      const object = kind === 'route' ? 'route' : 'rule';
      return {
        files: { before: gone, removes: gone, after: come, adds: come },
        kind: 'routing',
        words: [kind, String(family), table],
        does: commandLine(['run', 'ip', `-${family}`, object, ...does]),
        undoes: commandLine(['run', 'ip', `-${family}`, object, ...undoes]),
      };
    }
    case 'sysctl': {
      const { key, before, after } = operation;
      return { files: { before: `${before}\n`, after: `${after}\n` }, kind: 'of_value sysctl', words: [key] };
    }
    case 'file':
      return { files: filesOf(operation, (text) => text), kind: 'of_value file', words: [operation.path] };
    case 'etcd': {
      const { api, endpoints, key, before, after } = operation;
      // As etcdctl prints it; see show_etcd.
      const shown = (text: string): string => `${api === 3 ? Buffer.from(text).toString('base64') : text}\n`;
      return {
        files: { ...filesOf(operation, shown), 'before.value': before ?? '', 'after.value': after ?? '' },
        kind: 'of_cluster etcd',
        words: [String(api), endpoints.join(','), key],
      };
    }
    case 'config-map': {
      const { namespace, name, entry, before, after } = operation;
      const patch = (text: string): string => JSON.stringify({ data: { [entry]: text } });
      return {
        files: { ...filesOf(operation, (text) => text), 'before.patch': patch(before), 'after.patch': patch(after) },
        kind: 'of_cluster config_map',
        words: [namespace, name, entry],
      };
    }
    case 'restart':
      return { files: {}, kind: 'agent', words: [], does: commandLine(['restart', ...operation.argv]) };
  }
}

/** A word comes before a text, since an empty one is not the same as none. */
function filesOf(
  { before, after }: { readonly before: string | undefined; readonly after: string | undefined },
  shown: (text: string) => string,
): Record<string, string> {
  const file = (text: string | undefined): string => (text === undefined ? 'absent\n' : `present\n${shown(text)}`);
  return { before: file(before), after: file(after) };
}

function programOf({ family, flavour }: RuleOperation | TableOperation): string {
  return `${family === 6 ? 'ip6tables' : 'iptables'}${flavour === 'default' ? '' : `-${flavour}`}`;
}
