import type { Operation } from '../../../src/core/plan/operation';

/* Changes of a GuardedMachine. */

const NAT = ['-P POSTROUTING ACCEPT', '-A POSTROUTING -s 10.1.9.0/24 ! -o docker0 -j MASQUERADE'];

/** The founding document's cure. */
export const MASQUERADE: Operation = {
  ...{ kind: 'rule', family: 4, flavour: 'default', table: 'nat', chain: 'POSTROUTING' },
  does: ['-A', 'POSTROUTING', '-o', 'flannel0', '-j', 'MASQUERADE'],
  undoes: ['-D', 'POSTROUTING', '-o', 'flannel0', '-j', 'MASQUERADE'],
  before: NAT,
  after: [...NAT, '-A POSTROUTING -o flannel0 -j MASQUERADE'],
};

/** By the other flavour, whose programs take turns by a lock. */
export const LEGACY: Operation = {
  ...{ kind: 'rule', family: 4, flavour: 'legacy', table: 'mangle', chain: 'POSTROUTING' },
  does: ['-I', 'POSTROUTING', '1', '-p', 'udp', '-m', 'comment', '--comment', `it's "$(reboot)"`, '-j', 'ACCEPT'],
  undoes: ['-D', 'POSTROUTING', '-p', 'udp', '-m', 'comment', '--comment', `it's "$(reboot)"`, '-j', 'ACCEPT'],
  before: ['-P POSTROUTING ACCEPT', '-A POSTROUTING -p tcp -j ACCEPT'],
  after: [
    '-P POSTROUTING ACCEPT',
    `-A POSTROUTING -p udp -m comment --comment "it's \\"$(reboot)\\"" -j ACCEPT`,
    '-A POSTROUTING -p tcp -j ACCEPT',
  ],
};

const FILTER = [
  '*filter',
  ':INPUT ACCEPT',
  ':FORWARD ACCEPT',
  ':OUTPUT ACCEPT',
  '-A INPUT -i lo -j ACCEPT',
  'COMMIT',
  '',
];

export const TABLE: Operation = {
  ...{ kind: 'table', family: 4, flavour: 'default', table: 'filter' },
  before: FILTER.join('\n'),
  after: FILTER.join('\n')
    .replace(':INPUT', ':INPUT')
    .replace('-A INPUT -i lo', ':GUARD -\n-A FORWARD -j GUARD\n-A INPUT -i lo'),
};

export const ROUTE: Operation = {
  ...{ kind: 'route', family: 4, table: 'main' },
  does: ['add', '10.8.0.0/16', 'dev', 'flannel0'],
  undoes: ['del', '10.8.0.0/16', 'dev', 'flannel0'],
  removes: [],
  adds: ['10.8.0.0/16 dev flannel0 scope link'],
};

export const POLICY: Operation = {
  ...{ kind: 'policy-rule', family: 4, table: 'main' },
  does: ['add', 'from', '10.1.9.0/24', 'lookup', 'main', 'priority', '100'],
  undoes: ['del', 'from', '10.1.9.0/24', 'lookup', 'main', 'priority', '100'],
  removes: [],
  adds: ['100: from 10.1.9.0/24 lookup main'],
};

export const SYSCTLS: readonly Operation[] = [
  { kind: 'sysctl', key: 'net.ipv4.ip_forward', before: '1', after: '0' },
  { kind: 'sysctl', key: 'net.ipv4.conf.flannel0.rp_filter', before: '0', after: '2' },
];

export const FILES: readonly Operation[] = [
  {
    kind: 'file',
    path: '/etc/kubernetes/proxy.conf',
    before: 'mode: iptables\nclusterCIDR: ""\n',
    after: 'mode: iptables\nclusterCIDR: 10.1.0.0/16\n# it\'s $(reboot) `reboot` "\\n%s',
  },
  { kind: 'file', path: '/etc/sysctl.d-hoplens.conf', before: undefined, after: 'net.ipv4.ip_forward = 1\n' },
];

const CONFIG = '{"Network":"10.1.0.0/16","Backend":{"Type":"udp"}}';

export const ETCD: readonly Operation[] = ([2, 3] as const).map((api) => ({
  ...{ kind: 'etcd', api, endpoints: ['http://127.0.0.1:2379'], key: '/coreos.com/network/config' },
  before: CONFIG,
  after: CONFIG.replace('udp', 'vxlan'),
}));

export const RESTART: Operation = { kind: 'restart', agent: 'kube-proxy', argv: ['/etc/kubernetes/restart-agent'] };

export const ALL: readonly Operation[] = [
  MASQUERADE,
  LEGACY,
  TABLE,
  ROUTE,
  POLICY,
  ...SYSCTLS,
  ...FILES,
  ...ETCD,
  RESTART,
];

const INPUT = ['-P INPUT ACCEPT', '-A INPUT -i lo -j ACCEPT'];

/** Nobody can log in any more, and those who are hear nothing. */
export const DROP_SSH: Operation = {
  ...{ kind: 'rule', family: 4, flavour: 'default', table: 'filter', chain: 'INPUT' },
  does: ['-A', 'INPUT', '-p', 'tcp', '-m', 'tcp', '--dport', '22', '-j', 'DROP'],
  undoes: ['-D', 'INPUT', '-p', 'tcp', '-m', 'tcp', '--dport', '22', '-j', 'DROP'],
  before: INPUT,
  after: [...INPUT, '-A INPUT -p tcp -m tcp --dport 22 -j DROP'],
};
