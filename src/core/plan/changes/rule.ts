import { canonicalRule } from '../../netfilter/canonical';
import { parseSave } from '../../netfilter/save';
import { splitWords } from '../../netfilter/words';
import type { NetworkNamespace } from '../../snapshot/namespace';
import { editDump } from '../edit-dump';
import type { RuleChange } from '../rule-change';
import { type Made, type Refused, withOutput } from './made';
import { savedRules, specification } from './saved-rules';

/** One rule added, deleted or replaced. */
export function changeRule(host: NetworkNamespace, change: RuleChange): Made | Refused {
  const { family, table, chain } = change;
  const rules = savedRules(host, family, change.flavour);
  if ('error' in rules) return rules;
  const edited = editDump(rules.dump, change);
  if (typeof edited !== 'string') return edited;
  const before = specification(rules.dump, table, chain);
  const after = specification(parseSave(edited, family), table, chain);
  const { flavour, listed } = rules;
  return {
    record: withOutput(host.record, rules.id, rules.command, edited),
    operations: [
      {
        kind: 'rule',
        family,
        flavour,
        table,
        does: commandOf(change),
        undoes: undoing(change, before, after),
        chain,
        before,
        after,
      },
    ],
    ...(listed && { unfit: `the rules of ${host.node} were listed, not saved: collect ${rules.id}` }),
  };
}

function commandOf({ operation, chain, position, body }: RuleChange): string[] {
  return [operation, chain, ...(position === undefined ? [] : [String(position)]), ...wordsOf(body)];
}

function wordsOf(body: string): string[] {
  return splitWords(body).words.map(({ text }) => text);
}

/**
 * What puts the chain back as it was, rule for rule. A rule that was added is deleted by what it says, which holds even
 * where others have been added meanwhile, unless one before it says the same: then by its number.
 */
function undoing(change: RuleChange, before: readonly string[], after: readonly string[]): string[] {
  const { operation, chain, family } = change;
  // The first line declares the chain: rules are numbered as they stand behind it.
  const at = before.findIndex((rule, index) => rule !== after[index]);
  const place = at < 0 ? before.length : at;
  const bodyOf = (rule: string): string[] => wordsOf(rule).slice(2);
  switch (operation) {
    case '-A':
    case '-I': {
      const added = after[place] ?? '';
      const same = after.findIndex((rule) => canonicalRule(rule, family) === canonicalRule(added, family));
      return same === place ? ['-D', chain, ...bodyOf(added)] : ['-D', chain, String(place)];
    }
    case '-D':
      return ['-I', chain, String(place), ...bodyOf(before[place] ?? '')];
    case '-R':
      return ['-R', chain, String(change.position), ...bodyOf(before[change.position ?? place] ?? '')];
  }
}
