import { type Field, field } from '../field';

export const BACKENDS = ['udp', 'vxlan', 'host-gw', 'wireguard', 'ipip', 'ipsec', 'alloc', 'extension', 'tencent-vpc'];

const PORT = [0, 65_535] as const;
const MTU = [68, 65_535] as const;

const NETWORK: readonly Field[] = [
  field(
    'Network',
    'prefix',
    '',
    'The network of all pods. Routes to it lead into the tunnel, and --ip-masq masquerades what leaves it. Another one makes every lease invalid.',
  ),
  field('EnableIPv4', 'boolean', 'true', 'Whether pods have IPv4 addresses.'),
  field('EnableIPv6', 'boolean', 'false', 'Whether pods have IPv6 addresses; IPv6Network says of which network.'),
  field('IPv6Network', 'prefix', '', 'The IPv6 network of all pods.'),
  field(
    'EnableNFTables',
    'boolean',
    'false',
    'Rules are written as tables of nftables in place of iptables. What a node itself sends to pods of others is then not masqueraded: in those rules the last one is never reached.',
  ),
  field(
    'SubnetLen',
    'integer',
    '24',
    "The length of each node's pod subnet; with a network smaller than /22, two more than that of Network.",
    {
      range: [1, 30],
    },
  ),
  field(
    'SubnetMin',
    'address',
    '',
    'The first pod subnet that is given to a node; the second one of Network where it is not set.',
  ),
  field(
    'SubnetMax',
    'address',
    '',
    'The last pod subnet that is given to a node; the last one of Network where it is not set.',
  ),
  field('IPv6SubnetLen', 'integer', '64', "The length of each node's IPv6 pod subnet.", { range: [1, 126] }),
  field('IPv6SubnetMin', 'address', '', 'The first IPv6 pod subnet that is given to a node.'),
  field('IPv6SubnetMax', 'address', '', 'The last IPv6 pod subnet that is given to a node.'),
];

const BACKEND: readonly Field[] = [
  field(
    'Backend.Type',
    'text',
    'udp',
    'What carries packets between nodes: udp over a TUN device and flanneld itself, vxlan in the kernel, host-gw by routes alone between nodes of one subnet, wireguard and ipsec encrypted. A node ignores the leases of another backend: all flannelds have to be restarted.',
    { values: BACKENDS },
  ),
  field('Backend.Port', 'integer', '8285', 'The UDP port of the tunnel, open between all nodes.', {
    range: PORT,
    backends: ['udp'],
  }),
  field(
    'Backend.Port',
    'integer',
    '0',
    'The UDP port of the tunnel, open between all nodes. 0 is the one of the kernel, 8472.',
    {
      range: PORT,
      backends: ['vxlan'],
    },
  ),
  field(
    'Backend.VNI',
    'integer',
    '1',
    'The number of the VXLAN; its device is flannel.VNI, made anew for another number.',
    {
      range: [0, 16_777_215],
      backends: ['vxlan'],
    },
  ),
  field('Backend.GBP', 'boolean', 'false', 'VXLAN Group Based Policy: the mark goes along in the outer packet.', {
    backends: ['vxlan'],
  }),
  field(
    'Backend.Learning',
    'boolean',
    'false',
    'Whether the device learns who is behind which node from what comes in.',
    {
      backends: ['vxlan'],
    },
  ),
  field(
    'Backend.DirectRouting',
    'boolean',
    'false',
    'Packets to nodes of the same subnet are routed to them without a tunnel, as by host-gw.',
    {
      backends: ['vxlan', 'ipip'],
    },
  ),
  field(
    'Backend.MTU',
    'integer',
    '',
    'The MTU of the underlay, from which that of the tunnel follows: 50 less for vxlan, 80 for wireguard.',
    {
      range: MTU,
      backends: ['vxlan', 'wireguard'],
    },
  ),
  field('Backend.MacPrefix', 'text', '0E-2A', 'On Windows: how MAC addresses begin.', { backends: ['vxlan'] }),
  field('Backend.PSK', 'text', '', 'A secret that all nodes share.', {
    backends: ['wireguard', 'ipsec'],
    secret: true,
  }),
  field('Backend.ListenPort', 'integer', '51820', 'The UDP port of the tunnel, open between all nodes.', {
    range: PORT,
    backends: ['wireguard'],
  }),
  field('Backend.ListenPortV6', 'integer', '51821', 'The UDP port of the tunnel over IPv6.', {
    range: PORT,
    backends: ['wireguard'],
  }),
  field('Backend.Mode', 'text', 'separate', 'Whether one tunnel carries both families.', {
    values: ['separate', 'auto', 'ipv4', 'ipv6'],
    backends: ['wireguard'],
  }),
  field(
    'Backend.PersistentKeepaliveInterval',
    'integer',
    '0',
    'Seconds between packets that keep a NAT on the way open.',
    {
      range: [0, 65_535],
      backends: ['wireguard'],
    },
  ),
  field('Backend.UDPEncap', 'boolean', 'false', 'ESP goes in UDP packets, for the sake of a NAT on the way.', {
    backends: ['ipsec'],
  }),
  field('Backend.ESPProposal', 'text', 'aes128gcm16-sha256-prfsha256-ecp256', 'The ciphers of the tunnel.', {
    backends: ['ipsec'],
  }),
  ...['PreStartupCommand', 'PostStartupCommand', 'SubnetAddCommand', 'SubnetRemoveCommand', 'ShutdownCommand'].map(
    (name) =>
      field(`Backend.${name}`, 'text', '', 'A command that makes the overlay in place of flannel.', {
        backends: ['extension'],
      }),
  ),
];

/** flannel's network config (`pkg/subnet/config.go`, the backends' `RegisterNetwork`); names in any case. */
export const NETWORK_CONFIG_FIELDS: readonly Field[] = [...NETWORK, ...BACKEND];
