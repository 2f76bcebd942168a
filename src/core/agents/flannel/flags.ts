import { type Field, field, type FieldMore, type FieldType } from '../field';

const NONE = "Changes no packet's way.";

function flag(name: string, type: FieldType, standard: string, effect: string, more: FieldMore = {}): Field {
  return field(name, type, standard, effect, { ...more, flag: name });
}

/** flanneld's flags (`main.go`); each may also stand in the environment, as FLANNELD_IP_MASQ. */
export const FLANNELD_FLAGS: readonly Field[] = [
  flag(
    'ip-masq',
    'boolean',
    'false',
    'Rules in POSTROUTING that masquerade what leaves the pod network, and since 0.5.4 also what comes to it from elsewhere, as from the node itself to a service: its reply then comes back through the tunnel.',
  ),
  flag(
    'iface',
    'text',
    '',
    'The interface, or its address, that tunnels go out by; its address is the PublicIP of the lease. The one of the default route where it is not set.',
  ),
  flag('iface-regex', 'text', '', 'An expression for the name or the address of that interface.'),
  flag('iface-can-reach', 'address', '', 'That interface is the one by which this address is reached.'),
  flag(
    'public-ip',
    'address',
    '',
    'The address that other nodes send tunnelled packets to, where it is not the one of the interface, as behind a NAT.',
  ),
  flag('public-ipv6', 'address', '', 'The IPv6 address that other nodes send tunnelled packets to.'),
  flag('etcd-endpoints', 'list', 'http://127.0.0.1:4001,http://127.0.0.1:2379', 'Where etcd is.'),
  flag(
    'etcd-prefix',
    'text',
    '/coreos.com/network',
    'Below this key the network config and the leases are: nodes with another one are another overlay.',
  ),
  flag('etcd-keyfile', 'text', '', `By what flanneld may ask etcd. ${NONE}`),
  flag('etcd-certfile', 'text', '', `By what flanneld may ask etcd. ${NONE}`),
  flag('etcd-cafile', 'text', '', `By what etcd is known. ${NONE}`),
  flag('etcd-username', 'text', '', `By what flanneld may ask etcd. ${NONE}`),
  flag('etcd-password', 'text', '', `By what flanneld may ask etcd. ${NONE}`, { secret: true }),
  flag(
    'kube-subnet-mgr',
    'boolean',
    'false',
    'The pod subnet is the podCIDR of the node in Kubernetes, in place of a lease in etcd.',
  ),
  flag('kube-api-url', 'text', '', 'Where the API server is.'),
  flag(
    'kube-annotation-prefix',
    'text',
    'flannel.alpha.coreos.com',
    'How the annotations of nodes begin that take the place of leases.',
  ),
  flag('kubeconfig-file', 'text', '', 'The file that tells where the API server is.'),
  flag('net-config-path', 'text', '/etc/kube-flannel/net-conf.json', 'The network config, with kube-subnet-mgr.'),
  flag(
    'subnet-file',
    'text',
    '/run/flannel/subnet.env',
    'Where flanneld writes what the container engine has to know.',
  ),
  flag('subnet-dir', 'text', '/run/flannel/networks', 'The same for several networks.', {
    deprecated: 'Gone with 0.6.',
  }),
  flag('networks', 'list', '', 'Several networks on one node.', { deprecated: 'Gone with 0.6.' }),
  flag('listen', 'text', '', 'Serves the leases to other flannelds.', { deprecated: 'Gone with 0.8.' }),
  flag('remote', 'text', '', 'Asks another flanneld for a lease.', { deprecated: 'Gone with 0.8.' }),
  flag('subnet-lease-renew-margin', 'integer', '60', 'How many minutes before its end a lease is renewed.', {
    range: [1, 1439],
  }),
  flag(
    'iptables-resync',
    'integer',
    '5',
    'How often, in seconds, its rules are written again where they are missing.',
    { range: [1, 86_400] },
  ),
  flag(
    'iptables-forward-rules',
    'boolean',
    'true',
    'Rules in FORWARD that accept packets of the pod network; without them the policy DROP of newer dockerds cuts pods off.',
  ),
  flag('healthz-ip', 'address', '0.0.0.0', `Where flanneld tells whether it is well. ${NONE}`),
  flag('healthz-port', 'integer', '0', `Where flanneld tells whether it is well; 0 is nowhere. ${NONE}`, {
    range: [0, 65_535],
  }),
  flag(
    'set-node-network-unavailable',
    'boolean',
    'true',
    'Tells Kubernetes that the network of the node is there, so that pods are put on it.',
  ),
  flag('use-multi-cluster-cidr', 'boolean', 'false', 'Pod subnets of several networks.', {
    deprecated: 'Gone with Kubernetes 1.29.',
  }),
  flag('persistent-mac', 'boolean', 'false', 'The MAC address of flannel.1 stays over reboots.'),
  flag('v', 'integer', '0', `Verbosity of the log. ${NONE}`),
  flag('vmodule', 'text', '', `Verbosity of the log by module. ${NONE}`),
  flag('log_backtrace_at', 'text', '', `When the log shows a stack. ${NONE}`),
  flag('logtostderr', 'boolean', 'true', `Where the log goes. ${NONE}`),
  flag('alsologtostderr', 'boolean', 'false', `Where the log goes. ${NONE}`),
  flag('help', 'boolean', 'false', 'Tells the flags and ends.'),
  flag('version', 'boolean', 'false', 'Tells the version and ends.'),
];
