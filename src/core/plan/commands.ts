import type { Flavour, NodeOperations, Operation } from './operation';

/** The commands that are run on a node, in order, each as words that no shell takes apart. */
export function commandsOf({ operations }: NodeOperations): readonly (readonly string[])[] {
  return operations.map(commandOf);
}

function commandOf(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case 'rule':
      return [iptables(operation), '-t', operation.table, ...operation.does];
    case 'table':
      return [`${iptables(operation)}-restore`, '-T', operation.table];
    case 'route':
      return ['ip', `-${operation.family}`, 'route', ...operation.does];
    case 'policy-rule':
      return ['ip', `-${operation.family}`, 'rule', ...operation.does];
    case 'sysctl':
      return ['sysctl', '-w', `${operation.key}=${operation.after}`];
    case 'file':
      return operation.after === undefined ? ['rm', operation.path] : ['tee', operation.path];
    case 'etcd':
      return etcdctl(operation);
    case 'config-map': {
      const { namespace, name, entry, after } = operation;
      const patch = JSON.stringify({ data: { [entry]: after } });
      return ['kubectl', '-n', namespace, 'patch', 'configmap', name, '--type=merge', '--patch', patch];
    }
    case 'restart':
      return operation.argv;
  }
}

function iptables({ family, flavour }: { readonly family: 4 | 6; readonly flavour: Flavour }): string {
  return `${family === 4 ? 'iptables' : 'ip6tables'}${flavour === 'default' ? '' : `-${flavour}`}`;
}

function etcdctl({ api, endpoints, key, after }: Extract<Operation, { readonly kind: 'etcd' }>): string[] {
  const remove = api === 2 ? 'rm' : 'del';
  const put = api === 2 ? 'set' : 'put';
  const where = endpoints.length === 0 ? [] : [`--endpoints=${endpoints.join(',')}`];
  return ['etcdctl', ...where, ...(after === undefined ? [remove, key] : [put, key, after])];
}
