import type { NodeOperations } from '../../core/plan/operation';
import type { Settling } from './options';

/** What is to be waited for where agents are restarted: that kube-proxy has written its rules, that flanneld has its lease. */
export function settlingOf(nodes: readonly NodeOperations[]): Settling[] {
  return nodes.flatMap(({ node, operations }) => {
    const agents = new Set(operations.flatMap((one) => (one.kind === 'restart' ? [one.agent] : [])));
    return [
      ...(agents.has('kube-proxy') ? [kubeProxy(node)] : []),
      ...(agents.has('flanneld') || agents.has('flannel') ? [flannel(node)] : []),
    ];
  });
}

function kubeProxy(node: string): Settling {
  return {
    node,
    what: 'kube-proxy has written its rules',
    argv: ['iptables-save'],
    textOf: (text) => text.replace(/^#.*$/gm, '').replace(/\[\d+:\d+\]/g, ''),
    // In ipvs mode too it keeps this chain.
    accept: (text) => text.includes(':KUBE-SERVICES '),
    seconds: 2,
  };
}

function flannel(node: string): Settling {
  return {
    node,
    what: 'flanneld has its lease',
    argv: ['cat', '/run/flannel/subnet.env'],
    accept: (text) => text.includes('FLANNEL_SUBNET='),
    seconds: 1,
  };
}
