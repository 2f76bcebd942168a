import { type Field, field } from '../field';

/** What k3s takes of flannel in its config.yaml (docs.k3s.io/networking/basic-network-options); flannel runs within it. */
export const K3S_FLANNEL_FIELDS: readonly Field[] = [
  field(
    'flannel-backend',
    'text',
    'vxlan',
    'What carries packets between nodes, the same on all servers: vxlan, host-gw by routes alone, wireguard-native and tailscale encrypted. With none, k3s runs no flannel. All nodes have to be restarted with another one.',
    { values: ['vxlan', 'host-gw', 'wireguard-native', 'tailscale', 'none'] },
  ),
  field(
    'flannel-iface',
    'text',
    '',
    'The interface that tunnels go out by. The one of the default route where it is not set.',
  ),
  field(
    'flannel-conf',
    'text',
    '',
    'A network config of your own, in place of the one that k3s writes at each start: flannel-backend does not count then.',
  ),
  field('flannel-external-ip', 'boolean', 'false', 'Tunnels go to the external addresses of nodes.'),
  field('flannel-ipv6-masq', 'boolean', 'false', 'IPv6 packets that leave the pod network are masqueraded, too.'),
];
