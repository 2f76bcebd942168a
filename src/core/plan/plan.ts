import type { TableName } from '../netfilter/hook';

/** A list of changes to nodes, as one readable file, `*.hoplens-plan.yaml`. */
export interface Plan {
  /** Version of the format. */
  readonly hoplensPlan: 1;
  readonly name: string;
  /** Seconds within which it must be confirmed, or all of it is taken back. */
  readonly confirmWithin: number;
  /** When one of several nodes fails: take back all, or leave the others as they are and go no further. */
  readonly onFailure: 'revert-all' | 'stop';
  /** How many nodes at a time, in the order of the changes. */
  readonly batch: number;
  readonly changes: readonly PlannedChange[];
}

/** One change of one node. Agents' own rules are refused unless `insist` is set. */
export type PlannedChange = { readonly node: string; readonly insist: boolean } & (
  RulePlanned | TablePlanned | RoutingPlanned | SysctlPlanned | KubeProxyPlanned | FlannelPlanned | RestartPlanned
);

/** As typed for iptables: `[ip6tables] [-t TABLE] -A|-I|-D|-R CHAIN [POSITION] RULE`. */
export interface RulePlanned {
  readonly kind: 'rule';
  readonly rule: string;
}

/** A table as iptables-restore reads it. */
export interface TablePlanned {
  readonly kind: 'table';
  readonly family: 'ipv4' | 'ipv6';
  readonly table: TableName;
  readonly restore: string;
}

/** As typed for ip: `add|del|replace …`; running state only. */
export interface RoutingPlanned {
  readonly kind: 'route' | 'policy-rule';
  readonly command: string;
}

export interface SysctlPlanned {
  readonly kind: 'sysctl';
  readonly key: string;
  readonly value: string;
  /** The file in /etc/sysctl.d that keeps it over a reboot; undefined: running only. */
  readonly file: string | undefined;
}

/** Values by the names that the agent's configuration has, dots between levels: `iptables.masqueradeAll`. */
export type AgentValues = Readonly<Record<string, string | number | boolean | null>>;

/** Where kube-proxy's configuration lies. Flags: of a systemd unit, an environment file or a static pod's manifest. */
export interface KubeProxyPlanned {
  readonly kind: 'kube-proxy';
  readonly in:
    | { readonly config: string }
    | { readonly flags: string }
    | { readonly configMap: { readonly namespace: string; readonly name: string; readonly entry: string } };
  readonly set: AgentValues;
  readonly restart: readonly string[] | undefined;
}

/** Where flannel's configuration lies: network config in etcd, in net-conf.json or a ConfigMap; flags; subnet.env; docker. */
export interface FlannelPlanned {
  readonly kind: 'flannel';
  readonly in:
    | { readonly etcd: { readonly api: 2 | 3; readonly key: string; readonly endpoints: readonly string[] } }
    | { readonly netConf: string }
    | { readonly configMap: { readonly namespace: string; readonly name: string; readonly entry: string } }
    | { readonly flags: string }
    | { readonly subnetEnv: string }
    | { readonly docker: string };
  readonly set: AgentValues;
  readonly restart: readonly string[] | undefined;
}

/** An agent that is restarted and nothing else: what it reads was changed elsewhere, as flannel's network config in etcd is. */
export interface RestartPlanned {
  readonly kind: 'agent';
  readonly agent: 'kube-proxy' | 'flanneld' | 'dockerd';
  readonly restart: readonly string[];
}
