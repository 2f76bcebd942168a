import { covers, formatPrefix, parsePrefix } from '../../net/prefix';
import type { AgentChange, AgentEffect } from '../change';

/** What a change of kube-proxy's settings means for the rest of the cluster. */
export function kubeProxyEffects({ cluster, before, after }: AgentChange): AgentEffect[] {
  const said: AgentEffect[] = [];
  const tell = (severity: AgentEffect['severity'], text: string): void =>
    void said.push({ lasts: 'running', severity, text });
  const changed = (name: string): boolean => before.values.get(name) !== after.values.get(name);
  const mode = String(after.values.get('mode') ?? '') || 'iptables';
  if (changed('mode')) {
    tell(
      'warning',
      `Rules of mode ${String(before.values.get('mode') ?? '') || 'iptables'} stay beside those of mode ${mode} until "kube-proxy --cleanup" or a reboot.`,
    );
    if (mode === 'userspace') tell('conflict', 'Mode userspace is gone since 1.26: kube-proxy does not start with it.');
    if (mode === 'ipvs')
      tell('info', 'Service addresses come to lie on kube-ipvs0: they are local on every node then.');
    if (mode === 'nftables')
      tell('warning', 'Node ports are served on the primary address alone, and not on 127.0.0.1.');
  }
  if (changed('iptables.masqueradeAll') && after.values.get('iptables.masqueradeAll') === true)
    tell(
      'warning',
      "Endpoints no longer see who asks: network policies and logs that go by the client's address see that of the node.",
    );
  const bit = after.values.get('iptables.masqueradeBit');
  if (changed('iptables.masqueradeBit') && bit !== undefined && bit !== 14)
    tell(
      'warning',
      'Others go by the mark 0x4000 whatever is set here: flannel passes over it, and a kubelet up to 1.27 writes its own rules for it.',
    );
  const network = cluster.flannel.config?.network;
  const cidrs = String(after.values.get('clusterCIDR') ?? '').split(',');
  const own = cidrs.flatMap((one) => parsePrefix(one) ?? []).find(({ family }) => family === network?.family);
  if (changed('clusterCIDR') && network && own && !covers(own, network))
    tell(
      'warning',
      `clusterCIDR ${formatPrefix(own)} does not hold flannel's network ${formatPrefix(network)}: pods outside of it are masqueraded like strangers.`,
    );
  return said;
}
