import { isAlias, isMap, isNode, LineCounter, parseDocument, visit } from 'yaml';
import { Fields, type PlanProblem, Problems, type Span, spanOf } from './fields';
import type { Plan, PlannedChange } from './plan';
import { readPlannedChange } from './read-change';

/** The bounds of the time within which a plan is confirmed, in seconds. */
export const CONFIRM_WITHIN = { least: 10, most: 3600, usual: 60 } as const;

export interface PlanText {
  /** Undefined where a problem is an error. */
  readonly plan: Plan | undefined;
  readonly problems: readonly PlanProblem[];
  /** Where each change of the plan stands, in their order. */
  readonly places: readonly Span[];
}

/** Reads a plan. `nodes`: those that there are; undefined where it is not known. */
export function readPlan(text: string, nodes?: readonly string[]): PlanText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  const problems = new Problems(lines, text.length);
  for (const { pos, message, code } of [...document.errors, ...document.warnings])
    problems.add({ start: pos[0], end: pos[1] }, code === 'MULTIPLE_DOCS' ? 'a file holds one plan' : message);
  visit(document, {
    Node(_, node) {
      if (isAlias(node) || node.anchor !== undefined)
        problems.add(spanOf(node, { start: 0, end: 0 }), 'a plan says everything where it is meant: no & and no *');
      else if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:'))
        problems.add(spanOf(node, { start: 0, end: 0 }), 'a plan has no tags');
    },
  });
  const whole = { start: 0, end: text.length };
  if (problems.all.length > 0) return { plan: undefined, problems: problems.all, places: [] };
  if (!isMap(document.contents)) {
    problems.add(whole, 'a plan begins with "hoplensPlan: 1"');
    return { plan: undefined, problems: problems.all, places: [] };
  }
  const { contents } = document;
  // Problems of the whole file are shown at its first line.
  const fields = new Fields({ start: 0, end: Math.max(0, text.indexOf('\n')) }, problems, contents);
  const version = fields.text('hoplensPlan');
  if (version !== '1')
    fields.problem(
      'hoplensPlan',
      version === undefined ? 'a plan begins with "hoplensPlan: 1"' : `format "${version}" is not known: it is 1`,
    );
  const name = fields.required('name');
  const confirmWithin = fields.number('confirmWithin', CONFIRM_WITHIN.least, CONFIRM_WITHIN.most, CONFIRM_WITHIN.usual);
  const onFailure = fields.choice('onFailure', ['revert-all', 'stop'], 'revert-all');
  const batch = fields.number('batch', 1, 1000, 1);
  const changes: PlannedChange[] = [];
  const places: Span[] = [];
  const items = fields.list('changes') ?? [];
  if (items.length === 0) fields.problem('changes', 'a plan has at least one change');
  for (const item of items) {
    const place = spanOf(isNode(item) ? item : undefined, fields.at('changes'));
    if (!isMap(item)) {
      problems.add(place, 'a change begins with "node: …"');
      continue;
    }
    const change = readPlannedChange(new Fields(place, problems, item), nodes);
    if (!change) continue;
    changes.push(change);
    places.push(place);
  }
  fields.finish('a plan');
  const broken = problems.all.some(({ severity }) => severity === 'error');
  const plan =
    broken || name === undefined
      ? undefined
      : { hoplensPlan: 1 as const, name, confirmWithin, onFailure, batch, changes };
  return { plan, problems: problems.all, places };
}
