import type { KnownTable } from '../../snapshot/netfilter';
import type { Finding, Step } from '../result';
import type { Run, TracedLeg } from '../simulator/simulate';
import { destinationNat } from './cause';
import { evidenceOf } from './words';

/** Rules of one flavour of iptables decide what those of the other were written for: both are asked. */
export function flavoursAtOdds(run: Run, failed: TracedLeg | undefined): Finding[] {
  const refusing =
    failed?.fate.cause === 'rule' || failed?.fate.cause === 'policy' ? failed.leg.steps.at(-1) : undefined;
  for (const step of [refusing, destinationNat(run)]) {
    const found = step && atOdds(run, step, failed !== undefined);
    if (found) return [found];
  }
  return [];
}

function atOdds(run: Run, step: Step, fails: boolean): Finding | undefined {
  const tables = run.wiring.hostOf(step.node)?.namespace.netfilter(step.packet.dst.includes(':') ? 6 : 4).tables ?? [];
  const own = tables.find((one) => one.table.name === step.table && one.output === step.source?.output);
  const other = tables.find(
    (one) => one.table.name === step.table && one.flavour !== own?.flavour && ruleCount(one) > 0,
  );
  if (step.namespace !== 'host' || !own || !other) return undefined;
  const what = step.rule === null ? `policy of ${step.chain ?? ''}` : `rule ${step.rule} of ${step.chain ?? ''}`;
  const title = `${what} in the ${own.flavour} table ${own.table.name} decides, though the ${other.flavour} one has rules, too`;
  return {
    code: 'flavours-at-odds',
    severity: fails ? 'error' : 'warning',
    node: step.node,
    title,
    message:
      `Both flavours of iptables hold rules in table ${own.table.name} of ${step.node}, and the kernel asks both: ${what} that decides here ("${step.text}") is one of the ${ruleCount(own)} ${own.flavour} rules, ` +
      `which a program of the ${other.flavour} flavour does not show (${ruleCount(other)} rules). One of them is left over: delete it with its own program`,
    evidence: evidenceOf([step]),
    fix: null,
  };
}

function ruleCount({ table }: KnownTable): number {
  let count = 0;
  for (const chain of table.chains.values()) count += chain.rules.length;
  return count;
}
