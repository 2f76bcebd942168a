import type { Cluster } from '../snapshot/cluster';
import { commandsOf } from './commands';
import { compilePlan, type Compiled, type Concern } from './compile';
import { diffOf, type NodeDiff } from './diff';
import type { Effect, PairEffect } from './effect';
import type { Plan } from './plan';
import { sshConcerns, type SshSession } from './ssh-session';

/** Everything to know of a plan before it is applied, but its effect, which takes longer. */
export interface Review extends Compiled {
  readonly plan: Plan;
  readonly before: Cluster;
  readonly diffs: readonly NodeDiff[];
}

export function reviewPlan(plan: Plan, before: Cluster, sessions: readonly SshSession[] = []): Review {
  const compiled = compilePlan(plan, before);
  const concerns = [...compiled.concerns, ...sshConcerns(before, compiled.after, sessions)];
  return { ...compiled, concerns, plan, before, diffs: diffOf(before, compiled) };
}

/** Whether something keeps the plan from being applied. */
export function isRefused({ concerns }: Pick<Review, 'concerns'>): boolean {
  return concerns.some(({ severity }) => severity === 'error');
}

/** A review in Markdown, line by line. `typed`: a command as it would be typed. */
export function* describeReview(
  review: Review,
  effect: Effect | undefined,
  typed: (argv: readonly string[]) => string,
): Generator<string> {
  const { plan, concerns, nodes } = review;
  yield `# ${plan.name}`;
  if (concerns.length > 0) {
    yield '';
    for (const concern of concerns) yield `- ${concernLine(plan, concern)}`;
  }
  yield '';
  yield '## Effect';
  yield '';
  if (effect) yield* describeEffect(effect);
  else yield isRefused(review) ? 'Not predicted: it cannot be applied as it is.' : 'Not predicted.';
  yield '';
  yield '## Commands';
  for (const one of nodes) {
    yield '';
    yield `### ${one.node}`;
    yield '';
    yield '```sh';
    for (const argv of commandsOf(one)) yield typed(argv);
    yield '```';
  }
  yield '';
  yield `Applied ${plan.batch === 1 ? 'node by node' : `to ${plan.batch} nodes at a time`}; taken back after ${plan.confirmWithin} s unless it is kept. When a node fails, ${
    plan.onFailure === 'revert-all'
      ? 'all nodes are taken back'
      : 'the others stay as they are, and no further node is changed'
  }.`;
}

export function* describeEffect({ pairs, of }: Effect): Generator<string> {
  const count = (change: PairEffect['change']): number => pairs.filter((pair) => pair.change === change).length;
  const unknown = count('unknown');
  for (const why of new Set(pairs.flatMap(({ change, answer }) => (change === 'unknown' ? [answer] : [])))) {
    const own = pairs.filter(({ answer }) => answer === why).length;
    yield `Of ${own} of ${of} paths it is ${why}.`;
  }
  if (unknown > 0) yield '';
  const others = unknown > 0 ? 'other ' : '';
  if (pairs.length === unknown)
    yield `None of the ${of - unknown} ${others}paths from any place to any service changes.`;
  else
    yield `Of ${of - unknown} ${others}paths, ${count('mended')} will work that did not, ${count('broken')} will not work that did.`;
  if (pairs.length > 0) yield '';
  for (const pair of pairs) yield `- ${effectLine(pair)}`;
}

export function concernLine({ changes }: Plan, { severity, change, message }: Concern): string {
  const one = change === undefined ? undefined : changes[change];
  return `${severity}: ${one ? `change ${(change ?? 0) + 1} (${one.node}): ` : ''}${message}`;
}

function effectLine({ from, service, to, protocol, before, after, change }: PairEffect): string {
  const words = { broken: '**breaks**', mended: 'mended', other: 'changes', unknown: '**not known**' }[change];
  const is = change === 'unknown' ? 'not known' : after;
  return `${words}: ${from} → ${service} (${to}/${protocol}): ${before} → ${is}`;
}
