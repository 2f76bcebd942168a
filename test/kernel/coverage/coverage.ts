import type { Hook } from '../../../src/core/netfilter/hook';
import type { PacketView } from '../../../src/core/netfilter/match';
import { Cluster } from '../../../src/core/snapshot/cluster';
import type { TraceResult } from '../../../src/core/trace/result';
import { LEGS } from '../lab/flow';
import { predictAlone } from '../lab/predict';
import type { Tried } from '../lab/trial';
import { MATCH_FEATURES } from './matches';
import { NETWORK_FEATURES, type NetworkFeature, snapshotWithout } from './network-features';
import type { RuleFeature } from './rule-features';
import { Table } from './table';
import { TARGET_FEATURES } from './targets';
import { type Mode, type WatchedRule, watchRules } from './watched-rule';
import { WAYS, waysOf } from './ways';

const RULE_FEATURES: readonly RuleFeature[] = [...MATCH_FEATURES, ...TARGET_FEATURES];
const CHAINS: readonly (readonly [table: string, hooks: readonly Hook[]])[] = [
  ['raw', ['PREROUTING', 'OUTPUT']],
  ['mangle', ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']],
  ['nat', ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING']],
  ['filter', ['INPUT', 'FORWARD', 'OUTPUT']],
  ['security', ['INPUT', 'FORWARD', 'OUTPUT']],
];

/** What the packets that were sent have met, and what of it decided over them. */
export class Coverage {
  readonly table = new Table();
  private beyond = 0;
  private readonly known = { all: 0, chances: 0, some: 0 };

  constructor() {
    const { table } = this;
    for (const { group, name, inert } of RULE_FEATURES) table.expect(group, name, inert);
    for (const [of, hooks] of CHAINS) for (const hook of hooks) table.expect('table and hook', `${of} ${hook}`);
    for (const { group, name } of NETWORK_FEATURES) table.expect(group, name);
    for (const [group, name] of WAYS) table.expect(group, name);
  }

  /** @param drawn the rules that were given to this network's namespaces, whether the kernel took them or not */
  addNetwork(drawn: readonly string[], all: readonly Tried[]): void {
    const first = all[0]?.cluster;
    if (first) this.occurIn(first, drawn);
    for (const one of all) this.add(one);
  }

  private occurIn(cluster: Cluster, drawn: readonly string[]): void {
    const found = new Set<RuleFeature>();
    const taken: string[] = [];
    for (const namespace of cluster.namespaces)
      for (const family of [4, 6] as const)
        for (const { table } of namespace.netfilter(family).tables)
          for (const { rules } of table.chains.values())
            for (const rule of rules) {
              taken.push(rule.text);
              for (const feature of RULE_FEATURES) if (feature.has(rule.syntax, namespace)) found.add(feature);
            }
    for (const { group, name } of found) this.table.row(group, name).networks++;
    for (const feature of NETWORK_FEATURES)
      if (snapshotWithout(cluster.snapshot, feature)) this.table.row(feature.group, feature.name).networks++;
    this.table.occurred(drawn, taken);
  }

  private add({ question, agreement, cluster }: Tried): void {
    if (!agreement) {
      this.beyond++;
      return;
    }
    this.known[agreement.known]++;
    const { sourcePort } = agreement.observation;
    const ask = (of: Cluster): TraceResult => predictAlone(of, question, sourcePort);
    for (const way of waysOf(cluster, question, agreement.outcome)) this.table.decided(way);
    this.addRules(cluster, ask);
    this.addNetworkFeatures(cluster, ask);
  }

  /** What is asked of a rule decides where the answer is another without it, or without the rule. */
  private addRules(cluster: Cluster, ask: (cluster: Cluster) => TraceResult): void {
    const met = new Set<string>();
    const unasked = new Set<RuleFeature>();
    const matched = new Map<string, (rule: WatchedRule, view: PacketView) => boolean>();
    const note = (rule: WatchedRule, view: PacketView): void => {
      const chain = `${rule.place.known.table.name} ${view.hook}`;
      met.add(`table and hook ${chain}`);
      for (const { group, name } of rule.features) met.add(`${group} ${name}`);
      if (!rule.mayMatch(view)) {
        for (const feature of rule.features) if (feature.without && rule.mayMatch(view, feature)) unasked.add(feature);
        return;
      }
      matched.set(`table and hook ${chain}`, (one, at) => `${one.place.known.table.name} ${at.hook}` === chain);
      for (const feature of rule.features)
        if (feature.concerns(view))
          matched.set(`${feature.group} ${feature.name}`, (one) => one.features.includes(feature));
    };
    let mode: Mode = { kind: 'watch', note };
    const watched = new Cluster(cluster.snapshot);
    watchRules(watched, RULE_FEATURES, () => mode);
    const is = essenceOf(ask(watched));
    const decided = new Set<string>();
    for (const feature of unasked) {
      if (feature.inert) continue;
      mode = { kind: 'unasked', feature };
      if (essenceOf(ask(watched)) !== is) decided.add(`${feature.group} ${feature.name}`);
    }
    for (const [row, test] of matched) {
      if (decided.has(row) || this.table.isInert(row)) continue;
      mode = { kind: 'absent', test };
      if (essenceOf(ask(watched)) !== is) decided.add(row);
    }
    for (const row of met) this.table.met(row);
    for (const row of decided) this.table.decides(row);
  }

  private addNetworkFeatures(cluster: Cluster, ask: (cluster: Cluster) => TraceResult): void {
    const result = ask(cluster);
    const is = essenceOf(result);
    const visited = new Set(
      result.outcomes.flatMap((outcome) => LEGS.flatMap((name) => outcome[name]?.steps.map(({ node }) => node) ?? [])),
    );
    const rows = new Map<string, NetworkFeature[]>();
    for (const feature of NETWORK_FEATURES) {
      const row = `${feature.group} ${feature.name}`;
      rows.set(row, [...(rows.get(row) ?? []), feature]);
    }
    for (const [row, features] of rows) {
      const altered = features.flatMap((feature) => snapshotWithout(cluster.snapshot, feature) ?? []);
      if (!altered.some(({ nodes }) => nodes.some((node) => visited.has(node)))) continue;
      this.table.met(row);
      if (altered.some(({ snapshot }) => essenceOf(ask(new Cluster(snapshot))) !== is)) this.table.decides(row);
    }
  }

  toString(): string {
    const { all, chances, some } = this.known;
    return [
      `${all + chances + some} packets agree in everything: ${all} with one outcome, ${chances} with several by chance, ${some} with several by what no snapshot shows.`,
      `${this.beyond} were not sent or not compared: the tracer says that it cannot know, or too much can happen.`,
      this.table.toString(),
    ].join('\n');
  }

  /** What a run of so many packets should have met, and has not. */
  get missing(): readonly string[] {
    return this.table.missing;
  }
}

/** Verdict and way of each outcome: what people see a difference in. */
function essenceOf({ outcomes }: TraceResult): string {
  const all = outcomes.map((outcome) => [
    outcome.probability.toFixed(6),
    outcome.verdict,
    ...LEGS.map((name) => {
      const leg = outcome[name];
      return leg && [leg.verdict, leg.end, leg.reason === null, leg.received, leg.captures];
    }),
  ]);
  return JSON.stringify(all);
}
