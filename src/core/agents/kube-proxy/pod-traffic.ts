import type { Rule } from '../../netfilter/rule';
import type { Table } from '../../netfilter/ruleset';
import type { Outside } from './masquerade';

/** A line that is put before another, or in its place. */
interface LineEdit {
  /** Counting from 1. */
  readonly line: number;
  readonly text: string;
  readonly replaces: boolean;
}

/**
 * With externalTrafficPolicy Local the pods of the node are let through to all endpoints: the first rule of KUBE-EXT
 * (`pkg/proxy/iptables/proxier.go`, since 1.24), which is there only where pods are known by something.
 */
export function* podTraffic(nat: Table, local: Outside | undefined): Generator<LineEdit> {
  for (const [name, chain] of nat.chains) {
    if (!name.startsWith('KUBE-EXT-')) continue;
    const route = chain.rules.find(({ comment }) => comment?.startsWith('route LOCAL traffic for ') === true);
    const old = chain.rules.find(({ comment }) => comment?.startsWith('pod traffic for ') === true);
    const first = old ?? chain.rules[0];
    if (!route || !first) continue;
    const text = local ? `${counted(first)}${ruleOf(route, local)}\n` : '';
    if (text !== '' || old) yield { line: first.line, text, replaces: old !== undefined };
  }
}

function counted({ counters }: Rule): string {
  return counters ? '[0:0] ' : '';
}

function ruleOf({ text }: Rule, local: Outside): string {
  return text
    .replace(/^(-A \S+ )/, (start) => `${start}${local.not} ${local.value} `)
    .replace('"route LOCAL traffic for ', '"pod traffic for ')
    .replace(' -m addrtype --src-type LOCAL', '');
}
