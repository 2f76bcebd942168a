import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Outcome } from '../../src/core/trace/result';
import { trace } from '../../src/core/trace/trace';
import { matchedLines } from '../../src/webview/matched-lines';
import { demoClusters } from '../support/demo';

const RULES = readFileSync('media/demo/second/worker/host/iptables-list-nat.txt', 'utf8').split('\n');

async function outcomes(): Promise<readonly Outcome[]> {
  const traced = trace((await demoClusters()).second, { from: 'worker', to: '10.0.0.103:80' });
  assert.ok('value' in traced);
  return traced.value.outcomes;
}

const source = { node: 'worker', namespace: 'host', output: 'iptables-list-nat', line: 1 };

/** The row of the step of the first outcome's request that has the packet's destination rewritten. */
async function shownStep(): Promise<{ step: string; source: typeof source }> {
  const at = (await outcomes())[0]!.request.steps.findIndex(({ effect }) => effect.startsWith('DNAT'));
  return { step: `outcome-1-request-${at}`, source };
}

test('the rules and the policy that the packet and the one around it met, in the order of the dump', async () => {
  const lines = matchedLines(await outcomes(), await shownStep());
  const texts = lines.map((line) => RULES[line - 1]!);
  const expected = [
    // The tunnel's own packet matches no rule there.
    /^Chain OUTPUT \(policy ACCEPT/,
    /KUBE-SERVICES .*kubernetes service portals/,
    /^Chain POSTROUTING \(policy ACCEPT/,
    /KUBE-POSTROUTING .*kubernetes postrouting rules/,
    /DNAT .* to:10\.1\.63\.3:80/,
    /KUBE-SVC-HNA5R2CPQRNO3GDR .* 10\.0\.0\.103 /,
    /KUBE-SEP-5JOZ6TEFPOCD3V2R .*default\/g4:/,
  ];
  assert.equal(texts.length, expected.length, texts.join('\n'));
  for (const [at, text] of texts.entries()) assert.match(text, expected[at]!);
});

test('of a step that is no longer there no lines are marked', async () => {
  assert.deepEqual(matchedLines(await outcomes(), { step: 'outcome-99-request-0', source }), []);
  const { step } = await shownStep();
  assert.deepEqual(matchedLines(await outcomes(), { step, source: { ...source, node: 'master' } }), []);
});
