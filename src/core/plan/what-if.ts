import type { Family } from '../net/address';
import { parseSave } from '../netfilter/save';
import { readRoutes } from '../routing/read-routes';
import { isRouteCommand } from '../routing/route-command';
import { readSysctls } from '../routing/sysctl';
import { Cluster } from '../snapshot/cluster';
import type { NamespaceRecord, Output } from '../snapshot/format';
import type { NetworkNamespace } from '../snapshot/namespace';
import { failed } from '../snapshot/netfilter';
import type { Change } from '../trace/result';
import { dumpOf, editDump } from './edit-dump';
import { readRuleChange } from './rule-change';

export type WhatIf = { readonly cluster: Cluster } | { readonly error: string };

/** The cluster as it would be once the changes are made. The outputs are edited as the commands would edit the state. */
export function applyChanges(cluster: Cluster, changes: readonly Change[]): WhatIf {
  for (const change of changes) {
    const host = cluster.node(change.node)?.host;
    if (!host) return { error: `there is no node "${change.node}" in the snapshot` };
    const changed = changeHost(host, change);
    if ('error' in changed) return changed;
    const { snapshot } = cluster;
    const nodes = snapshot.nodes.map((node) => ({
      ...node,
      namespaces: node.namespaces.map((space) => (space === host.record ? changed : space)),
    }));
    cluster = new Cluster({ ...snapshot, nodes });
  }
  return { cluster };
}

type Changed = NamespaceRecord | { readonly error: string };

function changeHost(host: NetworkNamespace, change: Change): Changed {
  switch (change.kind) {
    case 'iptables-rule':
      return changeRule(host, change.rule ?? '');
    case 'sysctl':
      return changeSysctl(host, change.key ?? '', change.value ?? '');
    case 'route':
      return addRoute(host, change.route ?? '');
    default:
      return { error: `a change of kind ${change.kind} cannot be traced yet` };
  }
}

function withOutput(host: NetworkNamespace, id: string, command: string, stdout: string): NamespaceRecord {
  const output: Output = { command, exitCode: 0, stdout, stderr: '' };
  return { ...host.record, outputs: { ...host.record.outputs, [id]: output } };
}

/** Dumps by family, in the order in which iptables itself would be one or the other. */
const SAVES: Readonly<Record<Family, readonly [string, string]>> = {
  4: ['iptables-save', 'iptables-legacy-save'],
  6: ['ip6tables-save', 'ip6tables-legacy-save'],
};

function changeRule(host: NetworkNamespace, rule: string): Changed {
  const change = readRuleChange(rule);
  if ('error' in change) return change;
  const ids = SAVES[change.family];
  const id = ids.find((candidate) => host.output(candidate)) ?? ids[0];
  const saved = host.output(id);
  const { known, tables: listed } = host.netfilter(change.family);
  if (known === 'none') return { error: `the rules of ${host.node} were not collected: collect ${id}` };
  const text = saved?.stdout ?? dumpOf(listed.map(({ table }) => table));
  // `iptables -S` names no table, so that another could not be added to it.
  const { tables, lines } = parseSave(text, change.family);
  const whole = tables.size === 0 || lines.some((line) => line.kind === 'table') ? text : dumpOf(tables.values());
  const edited = editDump(whole, change);
  return typeof edited === 'string' ? withOutput(host, id, saved?.command ?? id, edited) : edited;
}

function changeSysctl(host: NetworkNamespace, key: string, value: string): Changed {
  if (!/^[\w./-]+$/.test(key) || !/^[\w .-]+$/.test(value)) return { error: `"${key}=${value}" is not KEY=VALUE` };
  const { sysctl } = host.record.outputs;
  const before = sysctl && !failed(sysctl) ? sysctl : undefined;
  const lines = [key, ...followers(host, key)].map((one) => `${one} = ${value}\n`).join('');
  return withOutput(host, 'sysctl', before?.command ?? `sysctl ${key}`, endLine(before?.stdout ?? '') + lines);
}

/** Keys that the kernel sets along with one: ip_forward is the forwarding of every interface (ip-sysctl.rst). */
function followers(host: NetworkNamespace, key: string): string[] {
  const [changed] = [...readSysctls('', `${key} = 1\n`).entries()].map(([name]) => name);
  const family = changed === 'net.ipv4.ip_forward' || changed === 'net.ipv4.conf.all.forwarding' ? 'ipv4' : 'ipv6';
  if (family === 'ipv6' && changed !== 'net.ipv6.conf.all.forwarding') return [];
  const own = family === 'ipv4' ? ['net.ipv4.ip_forward', 'net.ipv4.conf.all.forwarding'] : [];
  const printed = [...(host.sysctls?.entries() ?? [])].map(([name]) => name);
  return [...own, ...printed.filter((name) => name.startsWith(`net.${family}.conf.`) && name.endsWith('.forwarding'))];
}

function addRoute(host: NetworkNamespace, route: string): Changed {
  const family = route.includes('::') ? 6 : 4;
  const { routes, problems } = readRoutes(route, family);
  if (routes.length !== 1 || problems.length > 0) return { error: `"${route}" is not a route` };
  const id = family === 4 ? 'ip-route' : 'ip6-route';
  const before = host.output(id);
  if (!before) return { error: `the routes of ${host.node} were not collected` };
  // JSON and the table of `route` in the words of ip route, where a line can be added.
  const inText = !before.stdout.trimStart().startsWith('[') && !isRouteCommand(before.stdout);
  const text = inText
    ? before.stdout
    : readRoutes(before.stdout, family)
        .routes.map((one) => `${one.text}\n`)
        .join('');
  return withOutput(host, id, before.command, `${endLine(text)}${route.trim()}\n`);
}

function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
