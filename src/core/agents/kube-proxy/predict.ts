import type { Family } from '../../net/address';
import { formatPrefix } from '../../net/prefix';
import { dumpOf } from '../../plan/edit-dump';
import type { Cluster } from '../../snapshot/cluster';
import type { AgentChange, AgentPrediction } from '../change';
import type { Settings } from '../refusal';
import { withRecord } from '../with-text';
import { markRulesOf, serviceRules, whoOf } from './mark-rules';
import { masqueradeOf } from './masquerade';
import { rewriteMasquerade } from './rewrite';

/** What the rules of iptables mode follow from, as far as they can be told exactly. */
const EXACT: readonly string[] = [
  'iptables.masqueradeAll',
  'clusterCIDR',
  'detectLocalMode',
  'detectLocal.bridgeInterface',
  'detectLocal.interfaceNamePrefix',
  'iptables.masqueradeBit',
];
/** What new connections do not meet: timeouts, periods, names of the program's own. */
const INERT =
  /^(winkernel|clientConnection|logging)\.|Period$|Timeout$|^ipvs\.scheduler$|^conntrack\.(maxPerCore|min)$|^(healthz|metrics)BindAddress$|^(enableProfiling|oomScoreAdj|v|vmodule|showHiddenMetricsForVersion|bindAddressHardFail|portRange)$/;
/** Settings of other modes, by the mode that there is. */
const OF_OTHERS: Readonly<Partial<Record<string, RegExp>>> = {
  iptables: /^(ipvs|nftables)\./,
  ipvs: /^nftables\./,
  nftables: /^(ipvs|iptables)\./,
};

const SAVES: Readonly<Record<Family, string>> = { 4: 'iptables-save', 6: 'ip6tables-save' };

/** The rules as kube-proxy writes them with the change; unknown where they depend on what was not collected. */
export function predictKubeProxy(cluster: Cluster, changed: AgentChange): AgentPrediction {
  const nodes = restartedNodes(cluster, changed);
  const made = rewriteNodes(cluster, changed, nodes);
  return made.unknown === undefined ? made : { ...made, nodes };
}

/** A ConfigMap is of all of a DaemonSet, whose pods are restarted together. */
function restartedNodes(cluster: Cluster, { node, change }: AgentChange): string[] {
  if (!('configMap' in change.in) || change.restart?.[0] !== 'kubectl') return [node];
  const others = cluster.nodes.filter(({ name, host }) => name !== node && host !== undefined);
  return [node, ...others.map(({ name }) => name)];
}

function rewriteNodes(cluster: Cluster, changed: AgentChange, nodes: readonly string[]): AgentPrediction {
  const { change, before, after } = changed;
  const names = Object.keys(change.set).map((name) => after.find(name)?.name ?? name);
  const mode = (values: Settings): string => String(values.get('mode') ?? '') || 'iptables';
  if (mode(before.values) !== mode(after.values))
    return {
      cluster,
      unknown: `what kube-proxy writes in mode ${mode(after.values)} is not predicted, and the rules of mode ${mode(before.values)} stay until they are cleaned up`,
    };
  const met = names.filter((name) => !INERT.test(name) && OF_OTHERS[mode(after.values)]?.test(name) !== true);
  if (met.length > 0 && mode(after.values) !== 'iptables')
    return { cluster, unknown: `what kube-proxy writes in mode ${mode(after.values)} is not predicted` };
  const open = met.find((name) => !EXACT.includes(name));
  if (open !== undefined) return { cluster, unknown: `what kube-proxy writes with another ${open} is not predicted` };
  if (met.length === 0) return { cluster };
  for (const node of nodes)
    for (const family of [4, 6] as const) {
      const rewritten = rewriteFamily(cluster, { ...changed, node }, family);
      if (typeof rewritten === 'string') return { cluster, unknown: rewritten };
      cluster = rewritten;
    }
  return { cluster };
}

function rewriteFamily(cluster: Cluster, changed: AgentChange, family: Family): Cluster | string {
  const { node, before, after } = changed;
  const host = cluster.node(node)?.host;
  const rules = host?.netfilter(family);
  const nat = rules?.tables.find(({ table }) => table.name === 'nat' && table.chains.has('KUBE-SERVICES'));
  // Without its rules there is nothing that the change would change for a trace: they are as unknown as they were.
  if (!host || !rules || !nat) return cluster;
  const podCidr = cluster.objects
    .flatMap((object) => (object.kind === 'Node' && object.name === node ? object.podCidrs : []))
    .find((prefix) => prefix.family === family);
  const subnet = podCidr && formatPrefix(podCidr);
  // Flags may stand in several places: what is not set here is what the rules show.
  const shown = 'flags' in changed.change.in ? shownBy(nat.table) : new Map<string, string>();
  const was = masqueradeOf(new Map([...shown, ...before.values]), family, subnet);
  const is = masqueradeOf(new Map([...shown, ...after.values]), family, subnet);
  if ('unknown' in was) return was.unknown;
  if ('unknown' in is) return is.unknown;
  const listed = !nat.output.includes('save');
  const output = host.output(nat.output);
  const text = listed ? dumpOf(rules.tables.map(({ table }) => table)) : (output?.stdout ?? '');
  const rewritten = rewriteMasquerade(text, family, was, is);
  if ('unknown' in rewritten) return rewritten.unknown;
  const id = listed ? SAVES[family] : nat.output;
  return withRecord(cluster, host.record, id, {
    command: output?.command ?? id,
    exitCode: 0,
    stdout: rewritten.text,
    stderr: '',
  });
}

function shownBy(nat: Parameters<typeof serviceRules>[0]): Map<string, string> {
  const marks = serviceRules(nat)?.flatMap((service) => markRulesOf(nat, service)) ?? [];
  const [who] = marks.map(whoOf).filter((one) => typeof one !== 'string');
  return new Map(who?.not === '-s' ? [['clusterCIDR', who.value]] : []);
}
