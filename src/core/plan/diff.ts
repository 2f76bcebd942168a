import { type Family, formatAddress } from '../net/address';
import { prefixLength } from '../net/prefix';
import { isOverlay } from '../overlay/device';
import type { Cluster } from '../snapshot/cluster';
import type { NetworkNamespace } from '../snapshot/namespace';
import type { Compiled } from './compile';
import type { NodeOperations, Operation } from './operation';
import { changedChains } from './state';

/** What a plan changes on one node, as two texts to lay side by side. */
export interface NodeDiff {
  readonly node: string;
  readonly before: string;
  readonly after: string;
}

/** Two versions of one thing that is changed. */
interface Section {
  readonly title: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The diff of each node that a plan changes: what is the same is left out, and so is what changes by itself. */
export function diffOf(cluster: Cluster, { nodes, after }: Pick<Compiled, 'nodes' | 'after'>): NodeDiff[] {
  const changed = new Set([...nodes.map(({ node }) => node), ...after.nodes.map(({ name }) => name)]);
  return [...changed].flatMap((node) => {
    const { operations } =
      nodes.find((one) => one.node === node) ?? ({ node, operations: [] } satisfies NodeOperations);
    const sections = [
      ...stateSections(cluster.node(node)?.host, after.node(node)?.host),
      ...foldOperations(operations),
    ].filter((one) => one.before.join('\n') !== one.after.join('\n'));
    if (sections.length === 0) return [];
    const text = (side: 'before' | 'after'): string =>
      sections.map((one) => [`# ${one.title}`, ...one[side], ''].join('\n')).join('\n');
    return [{ node, before: text('before'), after: text('after') }];
  });
}

/** Rules, routes, policy rules and tunnels, as what was collected shows them. */
function stateSections(before: NetworkNamespace | undefined, after: NetworkNamespace | undefined): Section[] {
  if (before?.record === after?.record) return [];
  const families = ([4, 6] as const).flatMap((family) => [
    ...changedChains(before, after, family).map(({ table, ...lines }) => ({
      title: `${family === 4 ? 'iptables' : 'ip6tables'} -t ${table}`,
      ...lines,
    })),
    {
      title: `ip -${family} route`,
      before: routesOf(before, family),
      after: routesOf(after, family),
    },
    {
      title: `ip -${family} rule`,
      before: rulesOf(before, family),
      after: rulesOf(after, family),
    },
  ]);
  const devices = [
    ['ip addr', devicesOf],
    ['ip neigh', neighboursOf],
    ['bridge fdb', fdbOf],
  ] as const;
  return [...families, ...devices.map(([title, of]) => ({ title, before: of(before), after: of(after) }))];
}

/** What of an interface decides where packets go. */
function devicesOf(host: NetworkNamespace | undefined): string[] {
  return (host?.interfaces ?? []).map(({ name, up, mtu, vxlan, addresses }) => {
    const of = vxlan && `vxlan id ${vxlan.id ?? '?'} dev ${vxlan.device ?? '?'} dstport ${vxlan.port}`;
    const own = addresses.flatMap(({ address, network }) =>
      address.family === 4 ? [`${formatAddress(address)}/${prefixLength(network) ?? ''}`] : [],
    );
    const words = [`${name}:`, up === false ? 'down' : 'up', mtu === undefined ? undefined : `mtu ${mtu}`, of, ...own];
    return words.filter((word) => word !== undefined).join(' ');
  });
}

/** Those that somebody has set, and that the kernel does not learn by itself. */
function neighboursOf(host: NetworkNamespace | undefined): string[] {
  return (host?.neighbours ?? [])
    .filter(({ state, device }) => state === 'PERMANENT' && isTunnel(host, device))
    .map(({ address, device, mac }) => `${formatAddress(address)} dev ${device} lladdr ${mac ?? '?'}`)
    .sort();
}

function fdbOf(host: NetworkNamespace | undefined): string[] {
  return (host?.fdb ?? [])
    .filter(({ device }) => isTunnel(host, device))
    .map(({ mac, device, vtep }) => `${mac} dev ${device}${vtep ? ` dst ${formatAddress(vtep)}` : ''}`)
    .sort();
}

function isTunnel(host: NetworkNamespace | undefined, name: string): boolean {
  const device = host?.interface(name);
  return device !== undefined && isOverlay(device);
}

/** Without the local table, which follows from the addresses. */
function routesOf(host: NetworkNamespace | undefined, family: Family): string[] {
  const routes = host?.routes(family)?.routes ?? [];
  return routes.filter(({ table, family: own }) => table !== 'local' && own === family).map(({ text }) => text);
}

function rulesOf(host: NetworkNamespace | undefined, family: Family): string[] {
  return (host?.policyRules(family)?.rules ?? []).map(({ priority, text }) => `${priority}: ${text}`);
}

/** What the outputs do not show: the first state of each thing, and the last. */
function foldOperations(operations: readonly Operation[]): Section[] {
  const sections = new Map<string, Section>();
  for (const operation of operations) {
    const section = sectionOf(operation);
    if (section)
      sections.set(section.title, { ...section, before: sections.get(section.title)?.before ?? section.before });
  }
  return [...sections.values()];
}

function sectionOf(operation: Operation): Section | undefined {
  const lines = (text: string | undefined): string[] => (text === undefined ? [] : text.replace(/\n$/, '').split('\n'));
  switch (operation.kind) {
    case 'rule':
    case 'table':
    case 'route':
    case 'policy-rule':
      return undefined;
    case 'sysctl': {
      const { key } = operation;
      return {
        title: `sysctl ${key}`,
        before: [`${key} = ${operation.before}`],
        after: [`${key} = ${operation.after}`],
      };
    }
    case 'file':
      return { title: operation.path, before: lines(operation.before), after: lines(operation.after) };
    case 'etcd':
      return { title: `etcd ${operation.key}`, before: jsonLines(operation.before), after: jsonLines(operation.after) };
    case 'config-map':
      return {
        title: `ConfigMap ${operation.namespace}/${operation.name}, ${operation.entry}`,
        before: lines(operation.before),
        after: lines(operation.after),
      };
    case 'restart':
      return { title: operation.agent, before: [], after: [`restarted by: ${operation.argv.join(' ')}`] };
  }
}

/** A value of flannel's is JSON in one line. */
function jsonLines(text: string | undefined): string[] {
  if (text === undefined) return [];
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2).split('\n');
  } catch {
    return text.split('\n');
  }
}
