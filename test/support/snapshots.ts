import { Cluster } from '../../src/core/snapshot/cluster';
import type { NamespaceKind, NamespaceRecord, NodeRecord, Output, Snapshot } from '../../src/core/snapshot/format';

/** What a probe printed, or the whole of what became of it. */
export type Printed = string | Partial<Output>;
export type Outputs = Readonly<Record<string, Printed>>;

/** The commands of the probes whose command matters to a reader. */
const COMMANDS: Readonly<Record<string, string>> = {
  sysctl: 'sysctl net',
  'iptables-save': 'iptables-save -c',
  'ip-route': 'ip route show table all',
};

function output(id: string, printed: Printed): Output {
  const given = typeof printed === 'string' ? { stdout: printed } : printed;
  return { command: COMMANDS[id] ?? id, exitCode: 0, stdout: '', stderr: '', ...given };
}

export function namespace(name: string, kind: NamespaceKind, outputs: Outputs): NamespaceRecord {
  const records = Object.entries(outputs).map(([id, printed]) => [id, output(id, printed)] as const);
  return { name, kind, outputs: Object.fromEntries(records) };
}

/** A node: what its host printed, and what its pods did, by name. */
export function node(name: string, host: Outputs, pods: Readonly<Record<string, Outputs>> = {}): NodeRecord {
  const others = Object.entries(pods).map(([pod, outputs]) => namespace(pod, 'pod', outputs));
  return { name, namespaces: [namespace('host', 'host', host), ...others] };
}

export function snapshot(...nodes: NodeRecord[]): Snapshot {
  return { hoplensSnapshot: 1, cluster: 'test', collectedAt: undefined, nodes };
}

export function cluster(...nodes: NodeRecord[]): Cluster {
  return new Cluster(snapshot(...nodes));
}
