import type { NodeOperations, RestartOperation } from '../../core/plan/operation';
import type { Settling } from './options';

/**
 * What is to be waited for where agents are restarted: that a DaemonSet's pods are new, that kube-proxy has written its
 * rules, that flanneld has its lease.
 */
export function settlingOf(nodes: readonly NodeOperations[]): Settling[] {
  return nodes.flatMap(({ node, operations }) => {
    const restarts = operations.filter((one) => one.kind === 'restart');
    const agents = new Set(restarts.map(({ agent }) => agent));
    return [
      ...restarts.flatMap((one) => rollout(node, one)),
      ...(agents.has('kube-proxy') ? [kubeProxy(node)] : []),
      ...(agents.has('flanneld') ? [flannel(node)] : []),
    ];
  });
}

/** With the rights that the node has; see kubectl_here in node/cluster.sh. */
const KUBECTL = `config=/etc/kubernetes/admin.conf
[ ! -r $config ] || set -- --kubeconfig=$config "$@"
command -v kubectl >/dev/null || exec k3s kubectl "$@"
exec kubectl "$@"`;

function rollout(node: string, { argv }: RestartOperation): Settling[] {
  const [program, ...words] = argv;
  const at = words.indexOf('rollout');
  if (program !== 'kubectl' || at < 0 || words[at + 1] !== 'restart') return [];
  const status = [...words.slice(0, at + 1), 'status', ...words.slice(at + 2), '--timeout=10s'];
  return [
    {
      node,
      what: 'its pods have been started anew',
      argv: ['sh', '-c', KUBECTL, 'sh', ...status],
      accept: (text) => text.includes('successfully rolled out'),
      seconds: 0,
    },
  ];
}

/** In mode nftables it has a table of its own; in the others, ipvs too, it has this chain. */
function kubeProxy(node: string): Settling {
  const saves = ['iptables-save', 'iptables-legacy-save', 'iptables-nft-save'].map((save) => `${save} 2>/dev/null`);
  return {
    node,
    what: 'kube-proxy has written its rules',
    argv: ['sh', '-c', [...saves, 'nft -s list table ip kube-proxy 2>/dev/null', ':'].join('\n')],
    textOf: (text) => text.replace(/^#.*$/gm, '').replace(/\[\d+:\d+\]/g, ''),
    accept: (text) => /^:KUBE-SERVICES |^table ip kube-proxy /m.test(text),
    seconds: 2,
  };
}

/** flanneld writes the file anew when it has its lease. */
function flannel(node: string): Settling {
  const file = '/run/flannel/subnet.env';
  return {
    node,
    what: 'flanneld has its lease',
    argv: ['sh', '-c', `stat -c %y ${file}; cat ${file}`],
    accept: (text, before) => text.includes('FLANNEL_SUBNET=') && text !== before,
    seconds: 1,
  };
}
