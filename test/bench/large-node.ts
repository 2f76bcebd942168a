import type { Snapshot } from '../../src/core/snapshot/format';
import { node, snapshot } from '../support/snapshots';

/** A node with a service address for each of `services`, and five rules for each, as kube-proxy writes them. */
export function largeNode(services: number): Snapshot {
  const chains: string[] = [];
  const rules: string[] = [];
  for (let at = 0; at < services; at++) {
    const id = at.toString().padStart(16, '0');
    const comment = `-m comment --comment "default/s${at}`;
    const [service, endpoint] = [serviceAddress(at), `10.244.${(at >> 8) & 255}.${at & 255}`];
    chains.push(`:KUBE-SVC-${id} - [0:0]`, `:KUBE-SEP-${id} - [0:0]`);
    rules.push(
      `-A KUBE-SERVICES -d ${service}/32 -p tcp ${comment} cluster IP" -m tcp --dport 80 -j KUBE-SVC-${id}`,
      `-A KUBE-SVC-${id} ! -s 10.244.0.0/16 -d ${service}/32 -p tcp ${comment} cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ`,
      `-A KUBE-SVC-${id} ${comment}" -j KUBE-SEP-${id}`,
      `-A KUBE-SEP-${id} -s ${endpoint}/32 ${comment}" -j KUBE-MARK-MASQ`,
      `-A KUBE-SEP-${id} -p tcp ${comment}" -m tcp -j DNAT --to-destination ${endpoint}:8080`,
    );
  }
  const save = [...HEAD, ...chains, ...FIXED, ...rules, 'COMMIT', ''].join('\n');
  return snapshot(node('node', { 'iptables-save': save, 'ip-addr': ADDRESSES, 'ip-route': ROUTES, sysctl: SYSCTLS }));
}

export function serviceAddress(at: number): string {
  return `10.96.${at >> 8}.${at & 255}`;
}

const HEAD = [
  '*nat',
  ...['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map((chain) => `:${chain} ACCEPT [0:0]`),
  ...['KUBE-SERVICES', 'KUBE-MARK-MASQ', 'KUBE-POSTROUTING'].map((chain) => `:${chain} - [0:0]`),
];
const FIXED = [
  '-A PREROUTING -j KUBE-SERVICES',
  '-A OUTPUT -j KUBE-SERVICES',
  '-A POSTROUTING -j KUBE-POSTROUTING',
  '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
  '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
  '-A KUBE-POSTROUTING -j MASQUERADE',
];
const ADDRESSES = `1: lo: <LOOPBACK,UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <UP> mtu 1500
    inet 192.168.1.12/24 scope global eth0
3: cni0: <UP> mtu 1450
    inet 10.244.0.1/16 scope global cni0
`;
const ROUTES = `default via 192.168.1.1 dev eth0
192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.12
10.244.0.0/16 dev cni0 proto kernel scope link src 10.244.0.1
`;
const SYSCTLS = 'net.ipv4.ip_forward = 1\n';
