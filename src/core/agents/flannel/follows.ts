import { type Field, field, type FieldMore, type FieldType } from '../field';

const WRITTEN = 'Written by flanneld when it starts: what is changed here lasts until then.';

/** /run/flannel/subnet.env, from which docker and CNI plugins take their settings. */
export const SUBNET_ENV_FIELDS: readonly Field[] = [
  field('FLANNEL_NETWORK', 'prefixes', '', `The network of all pods. ${WRITTEN}`),
  field(
    'FLANNEL_SUBNET',
    'prefix',
    '',
    `The address of the bridge in the pod subnet of the node, docker's --bip. ${WRITTEN}`,
  ),
  field('FLANNEL_IPV6_NETWORK', 'prefixes', '', `The IPv6 network of all pods. ${WRITTEN}`),
  field('FLANNEL_IPV6_SUBNET', 'prefix', '', `The IPv6 pod subnet of the node. ${WRITTEN}`),
  field(
    'FLANNEL_MTU',
    'integer',
    '',
    `The MTU of the tunnel, docker's --mtu: 1472 for udp and 1450 for vxlan over Ethernet. ${WRITTEN}`,
    {
      range: [68, 65_535],
    },
  ),
  field(
    'FLANNEL_IPMASQ',
    'boolean',
    'false',
    `Whether flanneld masquerades what leaves the pod network; dockerd must not, then. ${WRITTEN}`,
  ),
];

function bridge(name: string, type: FieldType, standard: string, effect: string, more: FieldMore = {}): Field {
  return field(name, type, standard, effect, { ...more, flag: name });
}

/** Settings of dockerd's default bridge, in daemon.json and as flags of the same names. */
export const DOCKER_FIELDS: readonly Field[] = [
  bridge(
    'bip',
    'prefix',
    '172.17.0.1/16',
    'The address of docker0, and with it the subnet of containers: FLANNEL_SUBNET where flannel is used.',
  ),
  bridge('bridge', 'text', 'docker0', 'A bridge that is there already, in place of docker0; not together with bip.'),
  bridge('fixed-cidr', 'prefix', '', 'The part of the subnet that containers get addresses of.'),
  bridge('default-gateway', 'address', '', "Containers' default gateway, in place of the bridge."),
  bridge(
    'mtu',
    'integer',
    '1500',
    'The MTU of containers: that of the tunnel at most, FLANNEL_MTU where flannel is used, or large packets are lost.',
    {
      range: [68, 65_535],
    },
  ),
  bridge(
    'ip-masq',
    'boolean',
    'true',
    'A rule that masquerades what containers send out of their subnet. With flannel it also hides containers from those on other nodes; false where flanneld has --ip-masq.',
  ),
  bridge('ip-forward', 'boolean', 'true', 'Sets ip_forward to 1.'),
  bridge('iptables', 'boolean', 'true', 'Whether dockerd writes rules at all.'),
  bridge('ip6tables', 'boolean', 'true', 'The same for IPv6.'),
  bridge('ipv6', 'boolean', 'false', 'IPv6 on docker0.'),
  bridge('fixed-cidr-v6', 'prefix', '', 'The IPv6 subnet of containers.'),
  bridge('icc', 'boolean', 'true', 'Whether containers on the bridge reach each other.'),
  bridge('ip', 'address', '0.0.0.0', 'Where published ports are bound.'),
  bridge(
    'userland-proxy',
    'boolean',
    'true',
    'Whether docker-proxy carries what hairpins to a published port; without it the bridge hairpins.',
  ),
];
