import type { NodeRecord, Snapshot } from '../../src/core/snapshot/format';
import { dump } from './save';
import { node, snapshot } from './snapshots';

/** rp_filter of all, eth0 and the tunnel: `1:0:0`; one digit is the value of eth0 and the tunnel, with all at 0. */
export type RpFilter = string;

/** What may differ between one laboratory and the next. */
export interface Laboratory {
  readonly tunnel: 'tun' | 'vxlan';
  readonly worker: RpFilter;
  readonly master: RpFilter;
  /** Rules of the worker and of the master: `nat -A POSTROUTING …`. */
  readonly workerRules?: readonly string[];
  readonly masterRules?: readonly string[];
  /** Policies other than ACCEPT: `filter INPUT DROP`. */
  readonly workerPolicies?: readonly string[];
  readonly masterPolicies?: readonly string[];
  readonly workerRoutes?: readonly string[];
  readonly withoutDefaultRoute?: boolean;
}

interface Machine {
  readonly name: 'worker' | 'master';
  readonly address: string;
  /** The pod subnet's first three bytes. */
  readonly subnet: string;
}

const WORKER: Machine = { name: 'worker', address: '192.168.1.12', subnet: '10.1.12' };
const MASTER: Machine = { name: 'master', address: '192.168.1.11', subnet: '10.1.63' };

export function tunnelDevice(tunnel: Laboratory['tunnel']): string {
  return tunnel === 'tun' ? 'flannel0' : 'flannel.1';
}

/**
 * A worker and a master on one LAN, joined by flannel; a service 10.0.0.103:80 of one pod on the master, DNATed on both.
 * The same network as the one in namespaces whose outcomes are in test/fixtures/oracle.
 */
export function flannelCluster(laboratory: Laboratory): Snapshot {
  const { workerRules = [], masterRules = [], workerPolicies = [], masterPolicies = [] } = laboratory;
  return snapshot(
    machine(laboratory, WORKER, MASTER, laboratory.worker, workerRules, workerPolicies),
    machine(laboratory, MASTER, WORKER, laboratory.master, masterRules, masterPolicies),
  );
}

function machine(
  laboratory: Laboratory,
  own: Machine,
  other: Machine,
  rpFilter: RpFilter,
  rules: readonly string[],
  policies: readonly string[],
): NodeRecord {
  const { tunnel } = laboratory;
  const hasPod = own.name === 'master';
  const onWorker = own.name === 'worker';
  const host = {
    'ip-addr': hostAddresses(own, tunnel, hasPod),
    'ip-route': [
      ...(onWorker && laboratory.withoutDefaultRoute === true ? [] : ['default via 192.168.1.1 dev eth0']),
      `192.168.1.0/24 dev eth0 proto kernel scope link src ${own.address}`,
      `${own.subnet}.0/24 dev docker0 proto kernel scope link src ${own.subnet}.1`,
      tunnel === 'tun'
        ? `10.1.0.0/16 dev flannel0 proto kernel scope link src ${own.subnet}.0`
        : `${other.subnet}.0/24 via ${other.subnet}.0 dev flannel.1 onlink`,
      ...(onWorker ? (laboratory.workerRoutes ?? []) : []),
      '',
    ].join('\n'),
    'iptables-save': dumpOf(own, rules, policies),
    sysctl: sysctls(tunnel, rpFilter),
    ...(tunnel === 'vxlan' && {
      'ip-neigh': `${other.subnet}.0 dev flannel.1 lladdr ${mac(other)} PERMANENT\n`,
      'bridge-fdb': `${mac(other)} dev flannel.1 dst ${other.address} self permanent\n`,
    }),
    ...(hasPod && { 'etcd-flannel': leases(tunnel) }),
  };
  return node(own.name, host, hasPod ? { 'default/g4': pod(own) } : {});
}

function mac({ address }: Machine): string {
  return `02:00:00:00:00:${address.slice(-2)}`;
}

function hostAddresses(own: Machine, tunnel: Laboratory['tunnel'], hasPod: boolean): string {
  const device =
    tunnel === 'tun'
      ? `3: flannel0: <POINTOPOINT,MULTICAST,NOARP,UP,LOWER_UP> mtu 1472
    link/none
    tun type tun
    inet ${own.subnet}.0/16 scope global flannel0`
      : `3: flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450
    link/ether ${mac(own)} brd ff:ff:ff:ff:ff:ff
    vxlan id 1 local ${own.address} dev eth0 srcport 0 0 dstport 8472 nolearning
    inet ${own.subnet}.0/32 scope global flannel.1`;
  return `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet ${own.address}/24 scope global eth0
${device}
4: docker0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    bridge forward_delay 1500
    inet ${own.subnet}.1/24 scope global docker0
${hasPod ? '5: vpod@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master docker0\n    veth\n' : ''}`;
}

function pod(own: Machine): Record<string, string> {
  return {
    'ip-addr': `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet ${own.subnet}.3/24 scope global eth0
`,
    'ip-route': `default via ${own.subnet}.1 dev eth0\n${own.subnet}.0/24 dev eth0 proto kernel scope link src ${own.subnet}.3\n`,
    'iptables-save': '',
    ss: 'tcp LISTEN 0 16 0.0.0.0:80 0.0.0.0:* users:(("python3",pid=7,fd=3))\n',
  };
}

function dumpOf(own: Machine, more: readonly string[], policies: readonly string[]): string {
  const rules = [
    'nat -A PREROUTING -j KUBE-SERVICES',
    'nat -A OUTPUT -j KUBE-SERVICES',
    `nat -A POSTROUTING -s ${own.subnet}.0/24 ! -o docker0 -j MASQUERADE`,
    ...more.filter((rule) => rule.startsWith('nat -A KUBE-SERVICES')),
    'nat -A KUBE-SERVICES -d 10.0.0.103/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-AAAA',
    'nat -A KUBE-SVC-AAAA -j KUBE-SEP-BBBB',
    'nat -A KUBE-SEP-BBBB -p tcp -m tcp -j DNAT --to-destination 10.1.63.3:80',
    ...more.filter((rule) => !rule.startsWith('nat -A KUBE-SERVICES')),
  ];
  return dump(rules, policies);
}

function sysctls(tunnel: Laboratory['tunnel'], rpFilter: RpFilter): string {
  const [all = '0', eth0 = '0', own = '0'] = rpFilter.includes(':') ? rpFilter.split(':') : ['0', rpFilter, rpFilter];
  const values = { all, default: '0', docker0: '0', eth0, [tunnelDevice(tunnel).replace('.', '/')]: own, lo: '0' };
  const lines = Object.entries(values).map(([name, value]) => `net.ipv4.conf.${name}.rp_filter = ${value}`);
  return [...lines, 'net.ipv4.ip_forward = 1', ''].join('\n');
}

function leases(tunnel: Laboratory['tunnel']): string {
  const lease = ({ subnet, address }: Machine): string =>
    `/coreos.com/network/subnets/${subnet}.0-24\n{"PublicIP":"${address}"${tunnel === 'vxlan' ? ',"BackendType":"vxlan"' : ''}}\n`;
  const type = tunnel === 'tun' ? 'udp' : 'vxlan';
  return `/coreos.com/network/config\n{"Network":"10.1.0.0/16","Backend":{"Type":"${type}"}}\n${lease(WORKER)}${lease(MASTER)}`;
}
