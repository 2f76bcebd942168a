import { chainNames } from '../../../src/core/kubernetes/chain-name';

/*
 * What kube-proxy writes in iptables mode, as commands of a space's setup (see PRELUDE in lab/network.ts).
 */

export interface Service {
  /** `g4`, `kubernetes:https`, `kube-system/kube-dns:dns`; without a namespace it is in `default`. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** `10.1.63.3:80` */
  readonly endpoints: readonly string[];
  readonly nodePort?: number;
  readonly protocol?: 'tcp' | 'udp';
}

export interface Settings {
  /** --cluster-cidr: what comes from elsewhere is masqueraded. */
  readonly clusterCidr?: string;
  readonly masqueradeAll?: boolean;
}

/** The nat table of kube-proxy 1.2 to 1.18. */
export function kubeProxy(services: readonly Service[], settings: Settings = {}): string {
  const nodePorts = services.some((service) => service.nodePort !== undefined);
  return [
    'chain nat KUBE-SERVICES KUBE-MARK-MASQ KUBE-POSTROUTING KUBE-NODEPORTS',
    'nat PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    'nat OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    'nat POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
    'nat KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    'nat KUBE-POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE',
    ...services.flatMap((service) => serviceRules(service, settings)),
    ...(nodePorts ? ['nat KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS'] : []),
    '',
  ].join('\n');
}

function serviceRules(
  { name, address, port, endpoints, nodePort, protocol = 'tcp' }: Service,
  { clusterCidr, masqueradeAll = false }: Settings,
): string[] {
  const to = `-d ${address} -p ${protocol} -m ${protocol} --dport ${port}`;
  const title = titleOf(name);
  const comment = `-m comment --comment "${title}"`;
  const portal = `${to} -m comment --comment "${title} cluster IP"`;
  const chain = chainName('SVC', title, protocol);
  const ends = endpoints.map((endpoint) => chainName('SEP', title, protocol, endpoint));
  return [
    `chain nat ${[chain, ...ends].join(' ')}`,
    ...(masqueradeAll ? [`nat KUBE-SERVICES ${portal} -j KUBE-MARK-MASQ`] : []),
    ...(clusterCidr === undefined ? [] : [`nat KUBE-SERVICES ! -s ${clusterCidr} ${portal} -j KUBE-MARK-MASQ`]),
    `nat KUBE-SERVICES ${portal} -j ${chain}`,
    ...(nodePort === undefined
      ? []
      : [
          `nat KUBE-NODEPORTS -p ${protocol} -m ${protocol} --dport ${nodePort} -j KUBE-MARK-MASQ`,
          `nat KUBE-NODEPORTS -p ${protocol} -m ${protocol} --dport ${nodePort} -j ${chain}`,
        ]),
    ...ends.map((end, at) => `nat ${chain} ${comment} ${share(ends.length - at)}-j ${end}`),
    ...ends.flatMap((end, at) => [
      `nat ${end} ${comment} -s ${(endpoints[at] ?? '').replace(/\]?:\d+$/, '').replace('[', '')} -j KUBE-MARK-MASQ`,
      `nat ${end} ${comment} -p ${protocol} -m ${protocol} -j DNAT --to-destination ${endpoints[at] ?? ''}`,
    ]),
  ];
}

/** How kube-proxy called a port before 1.19: with a colon also where it has no name. */
function titleOf(name: string): string {
  const full = name.includes('/') ? name : `default/${name}`;
  return full.includes(':') ? full : `${full}:`;
}

function chainName(kind: 'SVC' | 'SEP', title: string, protocol: string, endpoint?: string): string {
  return chainNames(`KUBE-${kind}-`, title, protocol, endpoint)[0] ?? '';
}

/** One of those that are left, each as likely. */
function share(left: number): string {
  return left === 1 ? '' : `-m statistic --mode random --probability ${(1 / left).toFixed(5)} `;
}
