import { stringify } from 'yaml';
import type { Plan, PlannedChange } from './plan';

/** A plan as the readable file that readPlan takes. */
export function writePlan({ hoplensPlan, name, confirmWithin, onFailure, batch, changes }: Plan): string {
  const fields = { hoplensPlan, name, confirmWithin, onFailure, batch, changes: changes.map(fieldsOf) };
  return stringify(fields, { lineWidth: 0, aliasDuplicateObjects: false });
}

function fieldsOf(change: PlannedChange): object {
  const { node } = change;
  const insist = change.insist ? { insist: true } : {};
  switch (change.kind) {
    case 'rule':
      return { node, rule: change.rule, ...insist };
    case 'table':
      return { node, table: change.table, family: change.family, restore: change.restore, ...insist };
    case 'route':
    case 'policy-rule':
      return { node, [change.kind]: change.command, ...insist };
    case 'sysctl': {
      const value = /^(0|-?[1-9]\d{0,14})$/.test(change.value) ? Number(change.value) : change.value;
      return { node, sysctl: change.key, value, ...(change.file !== undefined && { file: change.file }), ...insist };
    }
    case 'kube-proxy':
    case 'flannel': {
      const restart = change.restart && { restart: change.restart };
      return { node, [change.kind]: change.in, set: change.set, ...restart, ...insist };
    }
    case 'agent':
      return { node, agent: change.agent, restart: change.restart, ...insist };
  }
}
