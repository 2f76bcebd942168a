import { type Field, field } from '../field';
import { CONNTRACK_FIELDS, PROCESS_FIELDS, WINDOWS_FIELDS } from './other-fields';

const MODES = ['', 'iptables', 'ipvs', 'nftables', 'userspace'];
const LOCAL_MODES = ['', 'ClusterCIDR', 'NodeCIDR', 'BridgeInterface', 'InterfaceNamePrefix'];
const SCHEDULERS = ['', 'rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'dh', 'sed', 'nq', 'mh'];
const BIT = [0, 31] as const;

const WHERE_LOCAL: readonly Field[] = [
  field(
    'mode',
    'text',
    '',
    'How service addresses become endpoints: DNAT by chains of iptables (also where empty), IPVS on the device kube-ipvs0, or a table of nftables. A change writes the rules of the new mode; what the old one wrote stays until "kube-proxy --cleanup" or a reboot.',
    { values: MODES, flag: 'proxy-mode' },
  ),
  field(
    'clusterCIDR',
    'prefixes',
    '',
    'The pod network. A connection to a service address from elsewhere, the node itself included, is marked in KUBE-MARK-MASQ and leaves with the address of the node, so that its reply comes back here. Where it is empty, nothing is masqueraded for that reason.',
    { flag: 'cluster-cidr' },
  ),
  field(
    'detectLocalMode',
    'text',
    '',
    'By what a packet is known to be from a pod of this node: by clusterCIDR (also where empty), by the pod subnet of the node, or by the interface that it came in on. With the latter two what the node itself sends is not local, and is masqueraded.',
    { values: LOCAL_MODES, flag: 'detect-local-mode' },
  ),
  field(
    'detectLocal.bridgeInterface',
    'text',
    '',
    'With detectLocalMode BridgeInterface: what comes in on this bridge is from a pod; anything else to a service address is masqueraded.',
    { flag: 'pod-bridge-interface' },
  ),
  field(
    'detectLocal.interfaceNamePrefix',
    'text',
    '',
    'With detectLocalMode InterfaceNamePrefix: what comes in on an interface whose name begins so is from a pod; anything else to a service address is masqueraded.',
    { flag: 'pod-interface-name-prefix' },
  ),
  field(
    'nodePortAddresses',
    'list',
    '',
    'Prefixes of the addresses of the node on which node ports are served, or "primary", "localhost" and "all". Where it is empty: all of them, in nftables mode the primary ones.',
    { flag: 'nodeport-addresses' },
  ),
];

const IPTABLES: readonly Field[] = [
  field(
    'iptables.masqueradeAll',
    'boolean',
    'false',
    'Every connection to a service address is masqueraded, whoever makes it: replies always come back through this node, and the endpoints see the address of the node in place of that of the client.',
    { flag: 'masquerade-all' },
  ),
  field(
    'iptables.masqueradeBit',
    'integer',
    '14',
    'The bit of the mark by which KUBE-POSTROUTING knows what to masquerade: 14 is the mark 0x4000. flannel passes over marks of 0x4000 whatever is set here.',
    { range: BIT, flag: 'iptables-masquerade-bit' },
  ),
  field(
    'iptables.localhostNodePorts',
    'boolean',
    'true',
    'Node ports answer on 127.0.0.1 too, for which kube-proxy sets route_localnet, and in KUBE-FIREWALL drops what comes to 127.0.0.0/8 from elsewhere.',
    { flag: 'iptables-localhost-nodeports' },
  ),
  field(
    'iptables.snatNodeInternalIP',
    'boolean',
    'false',
    'What is masqueraded for services leaves with the InternalIP of the node in place of the address of the interface that it leaves by.',
  ),
  field(
    'iptables.syncPeriod',
    'duration',
    '30s',
    'How often all rules are written again, which is when foreign rules in chains KUBE-* vanish.',
    { flag: 'iptables-sync-period' },
  ),
  field(
    'iptables.minSyncPeriod',
    'duration',
    '1s',
    'How long rules may lag behind endpoints that have changed: for so long connections may still be sent to a pod that is gone.',
    { flag: 'iptables-min-sync-period' },
  ),
];

const IPVS: readonly Field[] = [
  field('ipvs.scheduler', 'text', '', 'How IPVS chooses an endpoint; rr, one after the other, where it is empty.', {
    values: SCHEDULERS,
    flag: 'ipvs-scheduler',
  }),
  field(
    'ipvs.strictARP',
    'boolean',
    'false',
    'Sets arp_ignore to 1 and arp_announce to 2, so that the node does not answer ARP for the service addresses on kube-ipvs0.',
    { flag: 'ipvs-strict-arp' },
  ),
  field(
    'ipvs.excludeCIDRs',
    'list',
    '',
    'Prefixes whose virtual servers of IPVS are not removed, for they are of others.',
    {
      flag: 'ipvs-exclude-cidrs',
    },
  ),
  field('ipvs.syncPeriod', 'duration', '30s', 'How often all virtual servers are compared and written again.', {
    flag: 'ipvs-sync-period',
  }),
  field(
    'ipvs.minSyncPeriod',
    'duration',
    '0s',
    'How long virtual servers may lag behind endpoints that have changed.',
    {
      flag: 'ipvs-min-sync-period',
    },
  ),
  field(
    'ipvs.tcpTimeout',
    'duration',
    '0s',
    'After how long without a packet IPVS forgets a TCP connection; 0 leaves it.',
    {
      flag: 'ipvs-tcp-timeout',
    },
  ),
  field(
    'ipvs.tcpFinTimeout',
    'duration',
    '0s',
    'After how long IPVS forgets a TCP connection that has had a FIN; 0 leaves it.',
    {
      flag: 'ipvs-tcpfin-timeout',
    },
  ),
  field('ipvs.udpTimeout', 'duration', '0s', 'After how long without a packet IPVS forgets a UDP flow; 0 leaves it.', {
    flag: 'ipvs-udp-timeout',
  }),
];

const NFTABLES: readonly Field[] = [
  field(
    'nftables.masqueradeAll',
    'boolean',
    'false',
    'In nftables mode: every connection to a service address is masqueraded, whoever makes it.',
  ),
  field(
    'nftables.masqueradeBit',
    'integer',
    '14',
    'In nftables mode: the bit of the mark of what is to be masqueraded.',
    {
      range: BIT,
    },
  ),
  field('nftables.syncPeriod', 'duration', '30s', 'In nftables mode: how often the whole table is written again.'),
  field('nftables.minSyncPeriod', 'duration', '1s', 'In nftables mode: how long rules may lag behind endpoints.'),
];

/** KubeProxyConfiguration of kubeproxy.config.k8s.io/v1alpha1 (`config/v1alpha1/types.go`, `defaults.go`), what packets meet first. */
export const KUBE_PROXY_FIELDS: readonly Field[] = [
  ...WHERE_LOCAL,
  ...IPTABLES,
  ...IPVS,
  ...NFTABLES,
  ...CONNTRACK_FIELDS,
  ...PROCESS_FIELDS,
  ...WINDOWS_FIELDS,
];
