import type { Family } from '../../net/address';
import type { Rule } from '../../netfilter/rule';
import type { Table } from '../../netfilter/ruleset';
import { type Dump, parseSave } from '../../netfilter/save';
import { podTraffic } from './pod-traffic';
import { isMarkRule, markRuleOf, markRulesOf, serviceRules, whoOf } from './mark-rules';
import { type Masquerade, sameWho } from './masquerade';

type Rewritten = { readonly text: string } | { readonly unknown: string };

/**
 * The dump as kube-proxy in iptables mode writes it with another masquerading; all that does not follow from that stays.
 * Up to 1.21 the rules that mark stand in KUBE-SERVICES before the jump of their service, since 1.22 first in its chain.
 */
export function rewriteMasquerade(text: string, family: Family, before: Masquerade, after: Masquerade): Rewritten {
  const dump = parseSave(text, family);
  const nat = dump.tables.get('nat');
  const services = nat && serviceRules(nat);
  if (!nat || !services) return { text };
  const uses = services.map((service) => ({ service, marks: markRulesOf(nat, service) }));
  const observed = uses.find(
    ({ marks }) =>
      !marks.some((mark) => sameWho(whoOf(mark), before.who)) && !(marks.length === 0 && before.who === 'none'),
  );
  if (observed)
    return {
      unknown: `rule ${observed.service.rule.line} of ${nat.name} is not what the configuration says: kube-proxy has other settings, or has not been started with these`,
    };
  const layout = layoutOf(
    dump,
    nat,
    uses.flatMap(({ marks }) => marks),
  );
  if (layout === undefined && !sameWho(before.who, after.who) && services.length > 0)
    return { unknown: 'the rules do not show of which version of kube-proxy they are, and so where it marks' };
  const lines = dump.lines.map((line) => line.text + line.end);
  for (const { service, marks } of sameWho(before.who, after.who) ? [] : uses) {
    const prefix = /^\[\d+:\d+\] /.test(dump.lines[service.rule.line - 1]?.text ?? '') ? '[0:0] ' : '';
    for (const mark of marks) lines[mark.line - 1] = '';
    if (after.who === 'none') continue;
    const first = layout === 'chain' ? nat.chains.get(service.chain)?.rules[0] : service.rule;
    const at = (marks[0] ?? first ?? service.rule).line - 1;
    const chain = layout === 'chain' ? service.chain : 'KUBE-SERVICES';
    lines[at] = `${prefix}${markRuleOf(service.rule, chain, after.who)}\n${lines[at] ?? ''}`;
  }
  if (!sameWho(before.local ?? 'none', after.local ?? 'none')) {
    if ([...nat.chains.keys()].some((name) => name.startsWith('KUBE-XLB-')))
      return { unknown: 'what kube-proxy up to 1.23 writes to KUBE-XLB chains is not predicted' };
    for (const edit of podTraffic(nat, after.local))
      lines[edit.line - 1] = edit.text + (edit.replaces ? '' : (lines[edit.line - 1] ?? ''));
  }
  if (before.mark !== after.mark) remark(nat, lines, before.mark, after.mark);
  return { text: lines.join('') };
}

/** By where rules that mark are, else by what else only older or newer versions write. */
function layoutOf(dump: Dump, nat: Table, marks: readonly Rule[]): 'services' | 'chain' | undefined {
  const [mark] = marks;
  if (mark) return mark.text.startsWith('-A KUBE-SERVICES ') ? 'services' : 'chain';
  const names = [...nat.chains.keys()];
  const comments = [...nat.chains.values()].flatMap(({ rules }) => rules.map(({ comment }) => comment ?? ''));
  // 1.24
  if (names.some((name) => /^KUBE-(EXT|SVL)-/.test(name)) || comments.some((one) => / -> \S+:\d+$/.test(one)))
    return 'chain';
  // Up to 1.18: KUBE-POSTROUTING is one rule. Up to 1.20: KUBE-SERVICES is on INPUT of filter.
  if (nat.chains.get('KUBE-POSTROUTING')?.rules.length === 1) return 'services';
  const input = dump.tables.get('filter')?.chains.get('INPUT')?.rules ?? [];
  return input.some((rule) => rule.syntax.target?.module === 'KUBE-SERVICES') ? 'services' : undefined;
}

/** Another mark in the rules that set it, look for it and clear it. */
function remark(nat: Table, lines: string[], before: string, after: string): void {
  for (const name of ['KUBE-MARK-MASQ', 'KUBE-POSTROUTING'])
    for (const rule of nat.chains.get(name)?.rules ?? [])
      if (isMarkRule(rule, before))
        lines[rule.line - 1] = (lines[rule.line - 1] ?? '')
          .replaceAll(`${before}/${before}`, `${after}/${after}`)
          .replaceAll(`${before}/0x0`, `${after}/0x0`);
}
