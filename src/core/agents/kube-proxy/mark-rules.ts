import type { Rule } from '../../netfilter/rule';
import type { Table } from '../../netfilter/ruleset';
import type { Masquerade } from './masquerade';

/** A rule of KUBE-SERVICES that leads a service address to the chain of its service. */
export interface ServiceRule {
  readonly rule: Rule;
  readonly chain: string;
}

/** Undefined where kube-proxy has written none here. */
export function serviceRules(nat: Table): ServiceRule[] | undefined {
  return nat.chains.get('KUBE-SERVICES')?.rules.flatMap((rule) => {
    const chain = rule.syntax.target?.module ?? '';
    return /^KUBE-(SVC|SVL)-/.test(chain) && /cluster IP$/.test(rule.comment ?? 'cluster IP') ? [{ rule, chain }] : [];
  });
}

/** The rules that mark what goes to the service: in KUBE-SERVICES, or in the chain of the service. */
export function markRulesOf(nat: Table, { rule, chain }: ServiceRule): Rule[] {
  const goesTo = destination(rule);
  return ['KUBE-SERVICES', chain]
    .flatMap((name) => nat.chains.get(name)?.rules ?? [])
    .filter((one) => one.syntax.target?.module === 'KUBE-MARK-MASQ' && destination(one) === goesTo);
}

/** All that a rule asks of the packet, but for where it comes from; comments aside, which not every version writes. */
function destination({ text }: Rule): string {
  return text
    .replace(/^-A \S+ /, '')
    .replace(/! -[si] \S+ /, '')
    .replace(/-m comment --comment ("(?:[^"\\]|\\.)*"|\S+) /, '')
    .replace(/ -j \S+$/, '');
}

export function whoOf({ text }: Rule): Masquerade['who'] {
  const [, not, value] = /! (-[si]) (\S+) /.exec(text) ?? [];
  return value === undefined ? 'all' : { not: not === '-s' ? '-s' : '-i', value };
}

/** In the words of iptables-save, which prints -s, -d and -i in this order. */
export function markRuleOf({ text }: Rule, chain: string, who: Exclude<Masquerade['who'], 'none'>): string {
  const marked = text.replace(/^-A \S+ /, `-A ${chain} `).replace(/ -j \S+$/, ' -j KUBE-MARK-MASQ');
  if (who === 'all') return marked;
  const not = `! ${who.not} ${who.value} `;
  return who.not === '-s'
    ? marked.replace(/^(-A \S+ )/, (start) => start + not)
    : marked.replace(/^(-A \S+ (?:-d \S+ )?)/, (start) => start + not);
}

/** Whether a rule of KUBE-MARK-MASQ or KUBE-POSTROUTING is about this mark. */
export function isMarkRule({ text }: Rule, mark: string): boolean {
  return text.includes(` ${mark}/${mark}`) || text.includes(` ${mark}/0x0`);
}
