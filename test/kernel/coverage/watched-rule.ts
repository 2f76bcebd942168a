import type { Condition, PacketView } from '../../../src/core/netfilter/match';
import { type Meaning, meaningOf, Rule } from '../../../src/core/netfilter/rule';
import type { Cluster } from '../../../src/core/snapshot/cluster';
import type { NetworkNamespace } from '../../../src/core/snapshot/namespace';
import type { KnownTable } from '../../../src/core/snapshot/netfilter';
import type { RuleFeature } from './rule-features';

/** A rule at the place where it was asked. */
export interface Place {
  readonly namespace: NetworkNamespace;
  readonly known: KnownTable;
}

/** What a question is asked with. */
export type Mode =
  /** As the rules are: notes what is asked. */
  | { readonly kind: 'watch'; readonly note: (rule: WatchedRule, view: PacketView) => void }
  /** As if no rule asked this. */
  | { readonly kind: 'unasked'; readonly feature: RuleFeature }
  /** As if these rules matched nothing. */
  | { readonly kind: 'absent'; readonly test: (rule: WatchedRule, view: PacketView) => boolean };

/** A rule whose part in a trace is told, and can be taken away. */
export class WatchedRule extends Rule {
  private readonly otherwise = new Map<RuleFeature, Meaning>();
  readonly features: readonly RuleFeature[];

  constructor(
    private readonly rule: Rule,
    readonly place: Place,
    all: readonly RuleFeature[],
    private readonly mode: () => Mode,
  ) {
    super(rule.family, rule.chain, rule.number, rule.text, rule.counters, rule.line, rule.reading);
    this.features = all.filter((feature) => feature.has(rule.syntax, place.namespace));
  }

  override get meaning(): Meaning {
    const mode = this.mode();
    const { meaning } = this.rule;
    if (mode.kind === 'unasked') return this.without(mode.feature) ?? meaning;
    const watcher: Condition = {
      test: (view) => {
        if (mode.kind === 'absent') return !mode.test(this, view);
        mode.note(this, view);
        return true;
      },
      words: () => '',
    };
    return { ...meaning, conditions: [watcher, ...meaning.conditions] };
  }

  /** Whether nothing speaks against its matching; `feature`: without asking that. */
  mayMatch(view: PacketView, feature?: RuleFeature): boolean {
    const { conditions } = (feature && this.without(feature)) ?? this.rule.meaning;
    return conditions.every((condition) => condition.test(view) !== false);
  }

  private without(feature: RuleFeature): Meaning | undefined {
    if (!feature.without || !this.features.includes(feature)) return undefined;
    const known = this.otherwise.get(feature);
    if (known) return known;
    const syntax = feature.without(this.rule.syntax, this.place.namespace);
    const meaning = meaningOf(syntax, this.family);
    this.otherwise.set(feature, meaning);
    return meaning;
  }
}

/** Puts watched rules in the place of a cluster's, which is this one's alone. */
export function watchRules(cluster: Cluster, features: readonly RuleFeature[], mode: () => Mode): void {
  for (const namespace of cluster.namespaces)
    for (const family of [4, 6] as const)
      for (const known of namespace.netfilter(family).tables)
        for (const { rules } of known.table.chains.values())
          rules.splice(
            0,
            rules.length,
            ...rules.map((rule) => new WatchedRule(rule, { namespace, known }, features, mode)),
          );
}
