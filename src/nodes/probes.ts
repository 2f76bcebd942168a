import type { Family } from '../core/net/address';

/** Where a probe must run to see what it reads. */
export type ProbeScope =
  /** In the network namespace: everything of the kernel's that each namespace has for itself. */
  | 'network'
  /** Among the files of the node or container: its mount namespace too. */
  | 'files'
  /** Of the node as a whole: in its host namespace only. */
  | 'node';

/** One command that reads one piece of a node's state. It changes nothing. */
export interface Probe {
  /** Names its output in a snapshot. */
  readonly id: string;
  /** What it reads. */
  readonly reads: string;
  readonly argv: readonly string[];
  /** The same in the words of older programs, to be tried in order where `argv` fails; under the same id. */
  readonly older?: readonly (readonly string[])[];
  /** Whether root sees more, or alone sees anything. */
  readonly needsRoot: boolean;
  /** Many a node has not what it reads, which is no fault then. */
  readonly optional: boolean;
  /** The family it reads; undefined where it reads both or neither. */
  readonly family: Family | undefined;
  readonly scope: ProbeScope;
}

interface More {
  readonly older?: readonly (readonly string[])[];
  readonly needsRoot?: boolean;
  readonly optional?: boolean;
  readonly family?: Family;
  readonly scope?: ProbeScope;
}

export function probe(id: string, reads: string, argv: readonly string[], more: More = {}): Probe {
  return { needsRoot: false, optional: false, family: undefined, scope: 'network', ...more, id, reads, argv };
}

/**
 * What a snapshot is made of. The rules come first, and are worth reading again at the end: kube-proxy may write them
 * between two probes.
 */
export const PROBES: readonly Probe[] = [
  // The save commands read; `iptables-legacy -L` would create the tables that it lists.
  probe('iptables-save', "rules, of nftables' iptables where that is the default", ['iptables-save', '-c'], {
    needsRoot: true,
    family: 4,
  }),
  probe('iptables-legacy-save', 'rules of the old kernel tables, beside the others', ['iptables-legacy-save', '-c'], {
    needsRoot: true,
    optional: true,
    family: 4,
  }),
  probe('ip6tables-save', 'the same for IPv6', ['ip6tables-save', '-c'], { needsRoot: true, family: 6 }),
  probe('ip6tables-legacy-save', 'the same for IPv6', ['ip6tables-legacy-save', '-c'], {
    needsRoot: true,
    optional: true,
    family: 6,
  }),
  probe('nft-ruleset', 'tables of nftables that iptables does not show', ['nft', '-j', 'list', 'ruleset'], {
    needsRoot: true,
    optional: true,
  }),
  probe('ipset-save', 'address sets and their members', ['ipset', 'save'], { needsRoot: true, optional: true }),
  probe('ip-addr', 'interfaces and their addresses', ['ip', '-j', 'addr'], {
    older: [
      ['ip', 'addr'],
      ['ifconfig', '-a'],
    ],
  }),
  probe('ip-link', 'kinds of interfaces, bridge ports, VXLAN settings', ['ip', '-j', '-d', 'link'], {
    older: [
      ['ip', '-d', 'link'],
      ['ip', 'link'],
    ],
  }),
  probe('tc-qdisc', 'interfaces where filters and eBPF programs of tc may be', ['tc', '-j', 'qdisc'], {
    older: [['tc', 'qdisc']],
    optional: true,
  }),
  probe('ip-route', 'routes of all tables, the local one included', ['ip', '-j', 'route', 'show', 'table', 'all'], {
    older: [
      ['ip', 'route', 'show', 'table', 'all'],
      ['route', '-n'],
    ],
    family: 4,
  }),
  probe('ip6-route', 'IPv6 routes of all tables', ['ip', '-6', '-j', 'route', 'show', 'table', 'all'], {
    older: [['ip', '-6', 'route', 'show', 'table', 'all']],
    family: 6,
  }),
  probe('ip-rule', 'which table is asked for which packet', ['ip', '-j', 'rule'], {
    older: [['ip', 'rule']],
    family: 4,
  }),
  probe('ip6-rule', 'the same for IPv6', ['ip', '-6', '-j', 'rule'], { older: [['ip', '-6', 'rule']], family: 6 }),
  probe('ip-neigh', 'MAC addresses of on-link addresses', ['ip', '-j', 'neigh'], { older: [['ip', 'neigh']] }),
  probe('bridge-fdb', 'bridge ports and VTEPs behind MAC addresses', ['bridge', '-j', 'fdb'], {
    older: [['bridge', 'fdb']],
    optional: true,
  }),
  probe('sysctl', 'rp_filter, forwarding, bridge-nf-call-iptables …', ['sysctl', 'net'], { older: [['sysctl', '-a']] }),
  probe('conntrack', 'connections that are tracked now', ['conntrack', '-L', '-o', 'extended'], {
    older: [['cat', '/proc/net/nf_conntrack']],
    needsRoot: true,
    optional: true,
  }),
  // Without root the names of the processes are missing, and nothing else.
  probe('ss', 'sockets that wait for packets', ['ss', '-Hlnptu'], { needsRoot: true }),
  probe('resolv-conf', 'DNS servers and search list', ['cat', '/etc/resolv.conf'], { scope: 'files' }),
  probe('hosts', 'names that need no DNS', ['cat', '/etc/hosts'], { scope: 'files' }),
  probe('flannel-subnet-env', 'the pod subnet that flannel gave the node', ['cat', '/run/flannel/subnet.env'], {
    scope: 'files',
    optional: true,
  }),
];
