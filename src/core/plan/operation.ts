import type { Family } from '../net/address';
import type { TableName } from '../netfilter/hook';

/**
 * One step that is carried out on a node: exact, with the state it was made against, and with what takes it back. A plan's
 * changes come down to these (compile.ts); src/nodes/apply carries them out and knows nothing of plans.
 */
export type Operation =
  | RuleOperation
  | TableOperation
  | RoutingOperation
  | SysctlOperation
  | FileOperation
  | EtcdOperation
  | ConfigMapOperation
  | RestartOperation;

/** Which of the two sets of rules: that of the commands without a suffix, or of those with this one. */
export type Flavour = 'default' | 'nft' | 'legacy';

/** One rule added, deleted or replaced by iptables, all else left as it is. */
export interface RuleOperation {
  readonly kind: 'rule';
  readonly family: Family;
  readonly flavour: Flavour;
  readonly table: TableName;
  /** Arguments of iptables after `-t TABLE`, for example `-I POSTROUTING 1 -o flannel0 -j MASQUERADE`. */
  readonly does: readonly string[];
  readonly undoes: readonly string[];
  /**
   * The words of `iptables -S CHAIN`, before and after, its declaration (`-P CHAIN POLICY`, `-N CHAIN`) first; what is
   * found else is a conflict.
   */
  readonly chain: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * A whole table by iptables-restore, which is atomic for one table. Texts in the words of `iptables-save -t TABLE`, without
 * comments and counters (`:INPUT ACCEPT`).
 */
export interface TableOperation {
  readonly kind: 'table';
  readonly family: Family;
  readonly flavour: Flavour;
  readonly table: TableName;
  readonly before: string;
  readonly after: string;
}

/** A route or a policy rule, by `ip`. Running state only. */
export interface RoutingOperation {
  readonly kind: 'route' | 'policy-rule';
  readonly family: Family;
  /** Arguments after `ip -4|-6 route|rule`, for example `add 10.1.63.0/24 via 192.168.100.3`. */
  readonly does: readonly string[];
  readonly undoes: readonly string[];
  /**
   * Lines of `ip route show table T` or `ip rule` that must be there before and are gone after; and the reverse. One blank
   * between words, none at the end.
   */
  readonly removes: readonly string[];
  readonly adds: readonly string[];
  /** Of a route. */
  readonly table: string;
}

/** The running value of a sysctl; a persistent one is a file. */
export interface SysctlOperation {
  readonly kind: 'sysctl';
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

/** A file written whole; undefined where there is none. The mode and owner of a file that is there are kept. */
export interface FileOperation {
  readonly kind: 'file';
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A key of etcd, by etcdctl on the node. */
export interface EtcdOperation {
  readonly kind: 'etcd';
  readonly api: 2 | 3;
  readonly endpoints: readonly string[];
  readonly key: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** One entry of a ConfigMap, by kubectl on the node. */
export interface ConfigMapOperation {
  readonly kind: 'config-map';
  readonly namespace: string;
  readonly name: string;
  readonly entry: string;
  readonly before: string;
  readonly after: string;
}

/** An agent's restart: no state of its own, and done again when what came before it is taken back. */
export interface RestartOperation {
  readonly kind: 'restart';
  /** For the words of the diff, for example `kube-proxy`. */
  readonly agent: string;
  /** For example `systemctl restart kube-proxy`. */
  readonly argv: readonly string[];
}

/** All that is done on one node, in order; taken back in the reverse order. */
export interface NodeOperations {
  readonly node: string;
  readonly operations: readonly Operation[];
}
