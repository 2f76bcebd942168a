import { createTwoFilesPatch } from 'diff';
import { effectOf } from '../core/plan/effect';
import { readPlan } from '../core/plan/read-plan';
import { describeReview, isRefused, reviewPlan } from '../core/plan/review';
import { commandLine } from '../nodes/batch/quote';
import { CommandError, readCluster, readText } from './files';

/** `hoplens plan PLAN --snapshot S`: diff, effect and commands. 0 when it can be applied and breaks nothing. */
export function runPlan(file: string, snapshot: string, print: (line: string) => void): number {
  const cluster = readCluster(snapshot);
  const { plan, problems } = readPlan(
    readText(file).text,
    cluster.nodes.map(({ name }) => name),
  );
  if (!plan)
    throw new CommandError(
      problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'),
    );
  const review = reviewPlan(plan, cluster);
  for (const { node, before, after } of review.diffs)
    print(createTwoFilesPatch(`${node} before`, `${node} after`, before, after).trimEnd());
  const refused = isRefused(review);
  const effect = refused ? undefined : effectOf(cluster, review.after, review.unknowns);
  for (const line of describeReview(review, effect, commandLine)) print(line);
  return refused || effect?.pairs.some(({ change }) => change === 'broken') === true ? 1 : 0;
}
