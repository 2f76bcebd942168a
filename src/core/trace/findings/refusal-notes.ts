import { BASE_CHAINS, type Hook } from '../../netfilter/hook';
import type { Rule } from '../../netfilter/rule';
import type { Fix, Step } from '../result';
import { newSkb } from '../simulator/skb';
import { DrawnPorts } from '../simulator/drawn-ports';
import { viewOf } from '../simulator/view';
import { type Failure, ruleFix } from './cause';

/** What is to be said of the rule that refuses a packet, beyond its text. */
interface Notes {
  readonly words: string[];
  /** Rules that the words are of. */
  readonly steps: Step[];
  fix: Fix | null;
}

/** Looks at the rules around the one that refuses: those that were to let the packet pass, and could not. */
export function refusalNotes(failure: Failure, last: Step): Notes {
  const notes: Notes = { words: [], steps: [], fix: null };
  const rules = chainOf(failure, last);
  const at = last.rule ?? 0;
  const rule = rules[at - 1];
  if (!rule) return notes;
  if (last.table === 'raw') noteRaw(notes, last, rules.slice(0, at - 1));
  const accepting = last.table === 'raw' ? undefined : rules.slice(at).find((one) => wouldAccept(failure, last, one));
  if (accepting) {
    const text = accepting.text.replace(/^-A \S+ /, '');
    notes.words.push(`Rule ${accepting.number}, ${text}, would let it pass and comes behind`);
    notes.steps.push(stepOf(last, accepting));
    const { node } = failure.traced.fate.stack;
    notes.fix = ruleFix(
      `Put that rule before rule ${at} on ${node}`,
      node,
      `-t ${last.table ?? ''} -I ${last.chain ?? ''} ${at} ${text}`,
    );
  }
  if (last.chain === 'KUBE-FIREWALL' && rule.meaning.conditions.length === 0)
    notes.words.push(
      'The rule drops everything, without a condition: kubelet writes it with --mark 0x8000/0x8000, which another version of iptables can lose when it writes the chain anew',
    );
  return notes;
}

function noteRaw(notes: Notes, last: Step, before: readonly Rule[]): void {
  const stateful = before.find((one) => /--(ct)?state \S*(ESTABLISHED|RELATED)/.test(one.text));
  if (!stateful) {
    notes.words.push('Table raw is asked before filter: no rule of filter can let it pass');
    return;
  }
  const text = stateful.text.replace(/^-A \S+ /, '');
  notes.words.push(
    `Table raw is asked before connection tracking: rule ${stateful.number}, ${text}, never matches there`,
  );
  notes.steps.push(stepOf(last, stateful));
}

function chainOf({ traced }: Failure, { table, chain, source }: Step): readonly Rule[] {
  const { stack } = traced.fate;
  const known = stack.namespace
    .netfilter(traced.received.src.family)
    .tables.find((one) => one.table.name === table && one.output === source?.output);
  return known?.table.chains.get(chain ?? '')?.rules ?? [];
}

function wouldAccept({ traced }: Failure, last: Step, rule: Rule): boolean {
  const { conditions, action } = rule.meaning;
  if (action.kind !== 'accept' || conditions.length === 0) return false;
  const skb = newSkb(traced.received, undefined);
  skb.in = last.packet.in ?? undefined;
  skb.out = last.packet.out ?? undefined;
  const hook = last.hook as Hook | null;
  if (hook === null || !BASE_CHAINS.filter.includes(hook)) return false;
  const view = viewOf(traced.fate.stack, skb, hook, new DrawnPorts());
  return conditions.every((condition) => condition.test(view) === true);
}

/** A rule beside the one of a step, as a step that the evidence can cite. */
function stepOf(step: Step, { text, line, number }: Rule): Step {
  return { ...step, text, rule: number, source: step.source && { ...step.source, line } };
}
