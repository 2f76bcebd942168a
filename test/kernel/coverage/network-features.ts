import type { NamespaceKind, NamespaceRecord, Snapshot } from '../../../src/core/snapshot/format';
import { nobody } from '../networks/random/sketch';

/** Something that a network can have, and how it would be without. */
export interface NetworkFeature {
  readonly group: string;
  readonly name: string;
  /** Where it matters, if not everywhere. */
  readonly kind?: NamespaceKind | undefined;
  /** The probe whose output tells of it. */
  readonly probe: string;
  readonly without: (stdout: string) => string;
}

function setting(name: string, key: string, is: string, otherwise: string, kind?: 'host'): NetworkFeature {
  const line = new RegExp(`^(${key} = )${is}$`, 'gm');
  return {
    group: 'settings',
    name,
    kind,
    probe: 'sysctl',
    without: (stdout) => stdout.replace(line, (_, start: string) => start + otherwise),
  };
}

const ANY = String.raw`net\.ipv4\.conf\.(?!all|default)\S+\.`;
const ALL = String.raw`net\.ipv4\.conf\.all\.`;

const SETTINGS: readonly NetworkFeature[] = [
  setting('rp_filter 1 of an interface', `${ANY}rp_filter`, '1', '0'),
  setting('rp_filter 2 of an interface', `${ANY}rp_filter`, '2', '0'),
  setting('rp_filter 1 of all', `${ALL}rp_filter`, '1', '0'),
  setting('rp_filter 2 of all', `${ALL}rp_filter`, '2', '0'),
  setting('forwarding off on an interface', `${ANY}forwarding`, '0', '1', 'host'),
  setting('route_localnet of an interface', `${ANY}route_localnet`, '1', '0'),
  setting('route_localnet of all', `${ALL}route_localnet`, '1', '0'),
  setting('accept_local of an interface', `${ANY}accept_local`, '1', '0'),
  setting('accept_local of all', `${ALL}accept_local`, '1', '0'),
  setting('src_valid_mark', String.raw`net\.ipv4\.conf\.\S+\.src_valid_mark`, '1', '0'),
  setting('proxy_arp', String.raw`net\.ipv4\.conf\.\S+\.proxy_arp`, '1', '0'),
  setting('arp_ignore', String.raw`net\.ipv4\.conf\.\S+\.arp_ignore`, '1', '0'),
  setting('nf_conntrack_tcp_loose 0', String.raw`net\.netfilter\.nf_conntrack_tcp_loose`, '0', '1'),
  setting('bridge-nf-call-iptables on', String.raw`net\.bridge\.bridge-nf-call-ip6?tables`, '1', '0'),
  setting('bridge-nf-call-iptables off', String.raw`net\.bridge\.bridge-nf-call-ip6?tables`, '0', '1'),
];

type Entry = Readonly<Record<string, unknown>>;

/** Entries of what `ip -j` prints, left out or changed. */
function entries(
  group: string,
  name: string,
  probes: readonly string[],
  otherwise: (entry: Entry) => Entry | undefined,
): NetworkFeature[] {
  return probes.map((probe) => ({
    group,
    name,
    probe,
    without: (stdout) => {
      const listed = JSON.parse(stdout) as Entry[];
      const kept = listed.flatMap((entry) => otherwise(entry) ?? []);
      return kept.length === listed.length && kept.every((entry, at) => entry === listed[at])
        ? stdout
        : JSON.stringify(kept);
    },
  }));
}

const without =
  (test: (entry: Entry) => boolean) =>
  (entry: Entry): Entry | undefined =>
    test(entry) ? undefined : entry;

/** Every node refuses them: where copies go (`nobody` in networks/random/sketch.ts). */
const NOBODY = [4, 6].map((family) => nobody(family === 4 ? 4 : 6));

function routes(name: string, test: (entry: Entry) => boolean): NetworkFeature[] {
  return entries('routes', name, ['ip-route', 'ip6-route'], without(test));
}

/** Of a rule that was added: the kernel's own three have these priorities. */
function rules(name: string, test: (entry: Entry) => boolean): NetworkFeature[] {
  const own = ({ priority }: Entry): boolean => typeof priority === 'number' && priority > 0 && priority < 32766;
  return entries(
    'policy rules',
    name,
    ['ip-rule', 'ip6-rule'],
    without((entry) => own(entry) && test(entry)),
  );
}

/** Several rows may have one name: the same of another output. */
export const NETWORK_FEATURES: readonly NetworkFeature[] = [
  ...SETTINGS,
  ...['blackhole', 'unreachable', 'prohibit', 'throw'].flatMap((type) =>
    routes(`${type} route`, (route) => route['type'] === type && !NOBODY.includes(String(route['dst']))),
  ),
  ...routes(
    'local route for another network',
    ({ type, dst, table, dev }) =>
      type === 'local' && dev === 'lo' && (table !== 'local' || /\/\d/.test(String(dst))) && dst !== '127.0.0.0/8',
  ),
  ...routes('multipath route', ({ nexthops }) => nexthops !== undefined),
  ...routes('route with a metric', ({ metric, protocol }) => typeof metric === 'number' && protocol === undefined),
  ...routes('another table', ({ table }) => table === '100' || table === '200'),
  ...entries('routes', 'route with a preferred source', ['ip-route', 'ip6-route'], (route) => {
    const { prefsrc, ...others } = route;
    return prefsrc !== undefined && route['protocol'] === undefined ? others : route;
  }),
  ...rules('rule by source', ({ src, not }) => not === undefined && src !== 'all'),
  ...rules('rule by destination', ({ dst }) => dst !== undefined),
  ...rules('rule by mark', ({ fwmark }) => fwmark !== undefined),
  ...rules('rule by incoming interface', ({ iif }) => iif !== undefined),
  ...rules('rule by outgoing interface', ({ oif }) => oif !== undefined),
  ...rules('rule by protocol', ({ ipproto }) => ipproto !== undefined),
  ...rules('rule by port', ({ sport, dport }) => sport !== undefined || dport !== undefined),
  ...rules('rule by the opposite', ({ not }) => not !== undefined),
  ...rules('rule that refuses', ({ action }) => action !== undefined),
  ...rules('suppress_prefixlength', (rule) => Object.keys(rule).some((key) => key.startsWith('suppress'))),
  ...entries('addresses', 'second address of an interface', ['ip-addr'], (device) => {
    const { addr_info: all } = device as { addr_info?: Entry[] };
    const kept = all?.filter(
      (address, at) => at === 0 || address['family'] !== 'inet' || all[at - 1]?.['family'] !== 'inet',
    );
    return kept && kept.length !== all?.length ? { ...device, addr_info: kept } : device;
  }),
];

/** The snapshot as it would be without it; undefined where it has it not. `nodes`: those whose outputs differ. */
export function snapshotWithout(
  snapshot: Snapshot,
  { probe, kind, without: otherwise }: NetworkFeature,
): { readonly snapshot: Snapshot; readonly nodes: readonly string[] } | undefined {
  const changed = new Set<string>();
  const altered = (node: string, namespace: NamespaceRecord): NamespaceRecord => {
    if (kind !== undefined && namespace.kind !== kind) return namespace;
    const output = namespace.outputs[probe];
    const stdout = output && output.stdout !== '' ? otherwise(output.stdout) : output?.stdout;
    if (!output || stdout === undefined || stdout === output.stdout) return namespace;
    changed.add(node);
    return { ...namespace, outputs: { ...namespace.outputs, [probe]: { ...output, stdout } } };
  };
  const nodes = snapshot.nodes.map((node) => ({
    ...node,
    namespaces: node.namespaces.map((namespace) => altered(node.name, namespace)),
  }));
  return changed.size > 0 ? { snapshot: { ...snapshot, nodes }, nodes: [...changed] } : undefined;
}
