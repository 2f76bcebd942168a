import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cluster } from '../../src/core/snapshot/cluster';
import type { NodeRecord } from '../../src/core/snapshot/format';
import { changeCommand } from '../../src/core/trace/change-command';
import type { Question } from '../../src/core/trace/endpoint';
import type { Finding, Outcome, Verdict } from '../../src/core/trace/result';
import { trace } from '../../src/core/trace/trace';
import { snapshot } from './snapshots';

/** A failure as people have met it, in addresses and rules of our own, and what is to be said of it. */
export interface Reported {
  readonly nodes: readonly NodeRecord[];
  readonly ask: Question;
  readonly verdict: Verdict;
  /** The finding that names the cause. */
  readonly code: string;
  readonly severity?: Finding['severity'];
  /** The node that it is found on. */
  readonly on: string;
  /** Words of its message. */
  readonly says: readonly (string | RegExp)[];
  /** What its evidence cites: parts of the lines, as the outputs have them. */
  readonly cites: readonly string[];
  /** The command that is offered and makes the packet connect; null where nothing of a node would. */
  readonly fix: string | null;
  /** Where the cause is among the outcomes: how many there are. Default: one. */
  readonly outcomes?: number;
}

/** Asserts that the cause of a reported failure is named, with evidence, and with a fix that works where there is one. */
export function testReported(title: string, reported: Reported): void {
  test(title, () => {
    const cluster = new Cluster(snapshot(...reported.nodes));
    const { outcome, finding } = causeOf(cluster, reported);
    assert.equal(finding.severity, reported.severity ?? 'error');
    assert.equal(finding.node, reported.on);
    for (const words of reported.says)
      if (typeof words === 'string') assert.ok(finding.message.includes(words), `${words} in: ${finding.message}`);
      else assert.match(finding.message, words);
    const lines = finding.evidence.map(({ node, namespace, output, line }) => {
      const space = cluster.node(node)?.namespaces.find((one) => one.name === namespace);
      return space?.output(output)?.stdout.split('\n')[line - 1] ?? assert.fail(`${output} has no line ${line}`);
    });
    for (const cited of reported.cites)
      assert.ok(
        lines.some((line) => line.includes(cited)),
        `${cited} among: ${lines.join(' / ')}`,
      );
    const commands = finding.fix?.changes.map(changeCommand).join('; ');
    assert.equal(commands ?? null, reported.fix, outcome.verdict);
    if (finding.fix) assert.equal(finding.fix.effect?.verdict, 'connected');
  });
}

function causeOf(
  cluster: Cluster,
  { ask, code, verdict, outcomes = 1 }: Reported,
): { outcome: Outcome; finding: Finding } {
  const result = trace(cluster, ask);
  assert.ok('value' in result, 'error' in result ? result.error : '');
  const told = result.value.outcomes.map(
    (one) => `${one.verdict}: ${one.findings.map((found) => `${found.code}: ${found.message}`).join(' / ')}`,
  );
  assert.equal(result.value.outcomes.length, outcomes, told.join('\n'));
  for (const outcome of result.value.outcomes) {
    const finding = outcome.findings.find((one) => one.code === code);
    if (finding && outcome.verdict === verdict) return { outcome, finding };
  }
  assert.fail(`no ${verdict} with ${code} among:\n${told.join('\n')}`);
}
