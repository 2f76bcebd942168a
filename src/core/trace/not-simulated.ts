import type { Cluster } from '../snapshot/cluster';
import type { NetworkNamespace } from '../snapshot/namespace';
import { baseChains, flowTables } from './nft-chains';
import { packetPrograms } from './packet-programs';
import type { Assumed } from './result';

/** Parts of the data path that the snapshot shows and the tracer does not simulate. */
export function notSimulated(cluster: Cluster): Assumed[] {
  return cluster.nodes.flatMap((node) => (node.host ? inNamespace(node.host) : []));
}

function inNamespace(namespace: NetworkNamespace): Assumed[] {
  const found: Assumed[] = [];
  const say = (code: string, text: string): void => {
    found.push({ code, node: namespace.node, text });
  };
  const devices = namespace.interfaces ?? [];
  if (devices.some((device) => device.name === 'kube-ipvs0'))
    say(
      'ipvs',
      `kube-proxy of ${namespace.node} is in IPVS mode (kube-ipvs0): IPVS's choice of endpoints is not simulated`,
    );
  if (devices.some((device) => /^(cilium_host|cilium_net|lxc_health)$/.test(device.name)))
    say(
      'ebpf',
      `Cilium's eBPF programs on ${namespace.node} handle packets before the rules see them: they are not simulated`,
    );
  if (devices.some((device) => device.name === 'bpfin.cali' || device.name === 'bpfout.cali'))
    say('ebpf', `Calico of ${namespace.node} is in eBPF mode: its programs are not simulated`);
  const { xdp, tc } = packetPrograms(namespace);
  if (xdp.length > 0)
    say(
      'ebpf',
      `XDP programs on ${xdp.join(', ')} of ${namespace.node} handle packets before the rules see them: they are not simulated`,
    );
  if (tc.length > 0)
    say(
      'tc',
      `filters or eBPF programs of tc at ${tc.join(', ')} of ${namespace.node} may drop, change or redirect packets: they are not simulated`,
    );
  for (const name of flowTables(namespace.output('nft-ruleset')?.stdout ?? ''))
    say(
      'offload',
      `flowtable ${name} of ${namespace.node} takes packets of known connections past the rules: that is not simulated`,
    );
  for (const table of nativeTables(namespace))
    say('nftables', `nftables table ${table} of ${namespace.node} is not simulated`);
  return found;
}

/** Tables of `nft list ruleset` that have base chains of their own, iptables-nft's own tables aside. */
function nativeTables(namespace: NetworkNamespace): string[] {
  const output = namespace.output('nft-ruleset');
  if (!output) return [];
  const managed = new Set(
    namespace.netfilter(4).tables.flatMap(({ table, flavour }) => (flavour === 'nft' ? [`ip ${table.name}`] : [])),
  );
  for (const { table, flavour } of namespace.netfilter(6).tables)
    if (flavour === 'nft') managed.add(`ip6 ${table.name}`);
  const names = (baseChains(output.stdout) ?? []).map(({ family, table }) => `${family} ${table}`);
  return [...new Set(names)].filter((name) => !managed.has(name));
}
