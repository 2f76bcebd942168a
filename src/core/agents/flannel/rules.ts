import { sameRule } from '../../netfilter/canonical';
import { formatPrefix, parsePrefix, type Prefix } from '../../net/prefix';
import { changeRule } from '../../plan/changes/rule';
import { readRuleChange } from '../../plan/rule-change';
import type { Cluster } from '../../snapshot/cluster';
import { editOutput } from '../../snapshot/edit/output';
import { NetworkNamespace } from '../../snapshot/namespace';
import type { AgentChange, AgentPrediction } from '../change';
import type { Settings } from '../refusal';
import { withRecords } from '../with-text';
import { overlayNode } from './overlay-node';
import { withSubnetEnv } from './subnet-env';

/** The flags for which flanneld writes rules. What it has written stays when one is taken away. */
export const RULE_FLAGS: readonly string[] = ['ip-masq', 'iptables-forward-rules'];

/** The rules of a node once its flanneld has started with the flags that come with the change. */
export function flagRules(cluster: Cluster, changed: AgentChange, config: Settings | undefined): AgentPrediction {
  const { node: name, before, after } = changed;
  const comes = (flag: string): boolean => after.values.get(flag) === true && before.values.get(flag) !== true;
  const node = overlayNode(cluster, name);
  const env = cluster.node(name)?.subnetEnv;
  const network = parsePrefix(String(config?.get('Network') ?? '')) ?? env?.network;
  const asked = RULE_FLAGS.filter(comes);
  if (asked.length === 0) return { cluster };
  if (!node || !network)
    return { cluster, unknown: `which networks the rules of flanneld on ${name} are of was not collected` };
  if (config?.get('EnableNFTables') === true)
    return { cluster, unknown: 'what flanneld writes with EnableNFTables is not predicted' };
  const inChains = cluster.nodes.some(
    ({ host }) => host && chainsOf(host).some((chain) => chain.startsWith('FLANNEL-')),
  );
  let { host } = node;
  for (const [chain, table, rules] of [
    ...(comes('ip-masq') ? [['POSTROUTING', 'nat', masquerading(network, node.lease.subnet, inChains)] as const] : []),
    ...(comes('iptables-forward-rules') ? [['FORWARD', 'filter', forwarding(network)] as const] : []),
  ]) {
    const made = appended(host, table, chain, rules, inChains);
    if ('error' in made) return { cluster, unknown: made.error };
    host = made;
  }
  const record = comes('ip-masq') ? withSubnetEnv(host.record, 'FLANNEL_IPMASQ', 'true') : host.record;
  return { cluster: withRecords(cluster, (one) => (one === node.host.record ? record : one)) };
}

const OWN_CHAINS = { nat: 'FLANNEL-POSTRTG', filter: 'FLANNEL-FWD' } as const;

/** Where they are not there yet, behind what is: in a base chain, or since 0.20 in one of flannel's own. */
function appended(
  host: NetworkNamespace,
  table: 'nat' | 'filter',
  base: string,
  rules: readonly string[],
  inChains: boolean,
): NetworkNamespace | { readonly error: string } {
  const chains = host.netfilter(4).tables.flatMap((known) => (known.table.name === table ? [known.table.chains] : []));
  const own = inChains && chains.length > 0 ? OWN_CHAINS[table] : undefined;
  const texts = chains.flatMap((some) => (some.get(own ?? base)?.rules ?? []).map(({ text }) => text));
  const lines = rules.map((rule) => `-A ${own ?? base} ${rule}`);
  if (lines.every((line) => texts.some((text) => sameRule(text, line, 4)))) return host;
  let now = own === undefined ? host : withChain(host, table, own);
  for (const line of own === undefined ? lines : [`-A ${base} -j ${own}`, ...lines]) {
    const change = readRuleChange(`-t ${table} ${line}`);
    const made = 'error' in change ? change : changeRule(now, change);
    if ('error' in made) return made;
    now = new NetworkNamespace(now.node, made.record, now);
  }
  return now;
}

function withChain({ node, record }: NetworkNamespace, table: string, chain: string): NetworkNamespace {
  const edit = (text: string): string => text.replace(new RegExp(`^\\*${table}$`, 'm'), `*${table}\n:${chain} - [0:0]`);
  return new NetworkNamespace(
    node,
    editOutput(editOutput(record, 'iptables-save', edit), 'iptables-legacy-save', edit),
  );
}

/** `masqRules` in flannel's `network/iptables.go`, since 0.8; since 0.20 it passes over what kube-proxy has marked. */
function masquerading(network: Prefix, subnet: Prefix, inChains: boolean): string[] {
  const [all, own] = [formatPrefix(network), formatPrefix(subnet)];
  return [
    ...(inChains
      ? [
          '-m mark --mark 0x4000/0x4000 -j RETURN',
          `-s ${own} -d ${all} -j RETURN`,
          `-s ${all} -d ${own} -j RETURN`,
          `! -s ${all} -d ${own} -j RETURN`,
        ]
      : [`-s ${all} -d ${all} -j RETURN`]),
    `-s ${all} ! -d 224.0.0.0/4 -j MASQUERADE`,
    ...(inChains ? [] : [`! -s ${all} -d ${own} -j RETURN`]),
    `! -s ${all} -d ${all} -j MASQUERADE`,
  ];
}

/** `forwardRules`, since 0.9.1. */
function forwarding(network: Prefix): string[] {
  return [`-s ${formatPrefix(network)} -j ACCEPT`, `-d ${formatPrefix(network)} -j ACCEPT`];
}

function chainsOf(host: NetworkNamespace): string[] {
  return host.netfilter(4).tables.flatMap(({ table }) => [...table.chains.keys()]);
}
