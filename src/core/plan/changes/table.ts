import { printDump, parseSave } from '../../netfilter/save';
import type { NetworkNamespace } from '../../snapshot/namespace';
import type { TablePlanned } from '../plan';
import { endLine } from '../../text/lines';
import { type Made, type Refused, withOutput } from './made';
import { savedRules, savedTable } from './saved-rules';

/** A whole table, in the place of the one that there is. */
export function changeTable(host: NetworkNamespace, { family: name, table, restore }: TablePlanned): Made | Refused {
  const family = name === 'ipv4' ? 4 : 6;
  const rules = savedRules(host, family, 'default');
  if ('error' in rules) return rules;
  const { dump } = rules;
  const before = savedTable(dump, table);
  const after = savedTable(parseSave(restore, family), table);
  let inside = false;
  const others = dump.lines.filter((line) => {
    if (line.kind === 'table') inside = line.text.slice(1).trim() === table;
    const kept = !inside;
    if (line.kind === 'commit') inside = false;
    return kept;
  });
  const text = endLine(printDump({ ...dump, lines: others })) + after;
  return {
    record: withOutput(host.record, rules.id, rules.command, text),
    operations: [{ kind: 'table', family, flavour: rules.flavour, table, before, after }],
    ...(rules.listed && { unfit: `the rules of ${host.node} were listed, not saved: collect ${rules.id}` }),
  };
}
