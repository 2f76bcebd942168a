import type { AgentChange, AgentEffect } from '../change';

type Tell = (severity: AgentEffect['severity'], text: string) => void;

function gather(make: (tell: Tell) => void): AgentEffect[] {
  const said: AgentEffect[] = [];
  make((severity, text) => void said.push({ lasts: 'running', severity, text }));
  return said;
}

/** What other flags of flanneld mean for the node and for dockerd. */
export function flanneldEffects({ before, after }: AgentChange): AgentEffect[] {
  const changed = (name: string): boolean => before.values.get(name) !== after.values.get(name);
  return gather((tell) => {
    if (changed('ip-masq') && after.values.get('ip-masq') === true)
      tell(
        'info',
        'Predicted with the rules that flanneld writes since 0.8; those before 0.5.4 do not masquerade the node itself.',
      );
    if (changed('ip-masq'))
      tell(
        'warning',
        after.values.get('ip-masq') === true
          ? "subnet.env says FLANNEL_IPMASQ=true then: dockerd has to be started with --ip-masq=false, or containers on other nodes see the address of the tunnel in place of the container's."
          : 'Rules that flanneld has written stay until it cleans them up or they are deleted; without them dockerd has to masquerade what leaves the pod network.',
      );
    for (const name of ['iface', 'iface-regex', 'iface-can-reach', 'public-ip'])
      if (changed(name))
        tell(
          'warning',
          `With another ${name} the PublicIP of the lease may change: it may be another lease then, with another pod subnet, and dockerd has to be restarted with it.`,
        );
    for (const name of ['etcd-prefix', 'etcd-endpoints', 'kube-subnet-mgr'])
      if (changed(name))
        tell(
          'warning',
          `With another ${name} the node asks elsewhere for its lease, and reaches only nodes that do so too.`,
        );
    if (changed('flannel-backend') || changed('flannel-conf'))
      tell(
        'warning',
        'Each node takes the backend that its server names when it starts: set it on all servers, and restart all nodes; until then those of different backends do not reach the pods of one another.',
      );
    if (changed('FLANNEL_SUBNET') || changed('FLANNEL_MTU'))
      tell(
        'warning',
        'dockerd takes bip and mtu from here when it starts; the lease and the routes of other nodes stay as they are.',
      );
  });
}

/** What other settings of the bridge mean with flannel. */
export function dockerEffects({ cluster, node, before, after }: AgentChange): AgentEffect[] {
  const env = cluster.node(node)?.subnetEnv;
  const changed = (name: string): boolean => before.values.get(name) !== after.values.get(name);
  const mtu = after.values.get('mtu');
  return gather((tell) => {
    if (changed('mtu') && typeof mtu === 'number' && env?.mtu !== undefined && mtu > env.mtu)
      tell(
        'conflict',
        `mtu ${mtu} is larger than that of the tunnel, ${env.mtu}: large packets between containers on several nodes are lost.`,
      );
    if (changed('bip') && env?.subnet && typeof after.values.get('bip') === 'string')
      tell(
        'warning',
        'The subnet of containers has to be the lease of the node, FLANNEL_SUBNET: other nodes send nothing else here.',
      );
    if (changed('ip-masq') && after.values.get('ip-masq') !== false && env?.masquerade === true)
      tell(
        'warning',
        'flanneld masquerades already (FLANNEL_IPMASQ=true): with both, containers on other nodes see the address of the tunnel.',
      );
    if (changed('ip-masq') && after.values.get('ip-masq') === false && env?.masquerade === false)
      tell(
        'warning',
        'Nobody masquerades then what containers send outside: flanneld does not (FLANNEL_IPMASQ=false).',
      );
  });
}
