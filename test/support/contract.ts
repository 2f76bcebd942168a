import assert from 'node:assert/strict';
import type { Snapshot } from '../../src/core/snapshot/format';
import { isObject, type JsonObject } from '../../src/core/text/json';

const VERDICTS = ['connected', 'no-reply', 'dropped', 'rejected', 'unroutable', 'loop', 'undetermined'];
const LEG_VERDICTS = ['delivered', 'dropped', 'rejected', 'unroutable', 'loop', 'undetermined'];
const STEP_KINDS = ['rule', 'policy', 'route', 'rp-filter', 'conntrack', 'nat', 'bridge', 'tunnel', 'link', 'deliver'];
const SEVERITIES = ['error', 'warning', 'info'];

type Shape = (value: unknown, where: string) => void;

const text: Shape = (value, where) => {
  assert.equal(typeof value, 'string', where);
};
const filled: Shape = (value, where) => {
  assert.ok(typeof value === 'string' && value !== '', where);
};
const number: Shape = (value, where) => {
  assert.equal(typeof value, 'number', where);
};
const optional =
  (shape: Shape): Shape =>
  (value, where) => {
    if (value !== null) shape(value, where);
  };
const oneOf =
  (values: readonly string[]): Shape =>
  (value, where) => {
    assert.ok(typeof value === 'string' && values.includes(value), `${where}: ${String(value)}`);
  };
const list =
  (shape: Shape): Shape =>
  (value, where) => {
    assert.ok(Array.isArray(value), where);
    value.forEach((item, at) => {
      shape(item, `${where}[${at}]`);
    });
  };
/** An object with at least these keys; the contract may be extended, and never cut. */
const object =
  (shapes: Readonly<Record<string, Shape>>): Shape =>
  (value, where) => {
    assert.ok(isObject(value), where);
    for (const [key, shape] of Object.entries(shapes)) {
      assert.ok(key in value, `${where}.${key} is missing`);
      shape(value[key], `${where}.${key}`);
    }
  };

const packet = object({
  in: optional(text),
  out: optional(text),
  src: filled,
  dst: filled,
  proto: filled,
  sport: optional(number),
  dport: optional(number),
  mark: number,
});
const line: Shape = (value, where) => {
  assert.ok(typeof value === 'number' && Number.isInteger(value) && value >= 1, where);
};
const step: Shape = (value, where) => {
  object({
    node: filled,
    namespace: filled,
    kind: oneOf(STEP_KINDS),
    hook: optional(filled),
    table: optional(filled),
    chain: optional(filled),
    rule: optional(line),
    text,
    effect: filled,
    packet,
    source: optional(object({ output: filled, line })),
  })(value, where);
  if (isObject(value) && 'outer' in value) list(step)(value['outer'], `${where}.outer`);
};
const place = object({ node: optional(filled), namespace: optional(filled), interface: optional(filled) });
const leg = object({
  verdict: oneOf(LEG_VERDICTS),
  end: place,
  sent: packet,
  received: optional(packet),
  steps: list(step),
});
const change = object({ kind: filled, node: filled });
const finding = object({
  code: filled,
  severity: oneOf(SEVERITIES),
  node: optional(filled),
  message: filled,
  evidence: list(object({ node: filled, output: filled, line })),
  fix: optional(object({ title: filled, changes: list(change) })),
});
const assumption = object({ code: filled, text: filled, node: filled, key: filled, value: filled });
const outcome = object({
  probability: number,
  verdict: oneOf(VERDICTS),
  assumptions: list(assumption),
  request: leg,
  reply: optional(leg),
  findings: list(finding),
});

/** That a value is what `hoplens trace --json` promises to programs. */
export function assertTraceContract(value: unknown): asserts value is JsonObject & { outcomes: JsonObject[] } {
  object({ hoplensTrace: number, from: object({}), to: object({}), outcomes: list(outcome) })(value, 'trace');
  assert.ok(isObject(value) && value['hoplensTrace'] === 1);
  const outcomes = value['outcomes'] as JsonObject[];
  assert.ok(outcomes.length >= 1 && outcomes.length <= 9, 'at most eight and one that stands for the rest');
  const sets = new Map<string, number>();
  for (const one of outcomes) {
    const facts = JSON.stringify(one['assumptions']);
    sets.set(facts, (sets.get(facts) ?? 0) + Number(one['probability']));
  }
  if (outcomes.length <= 8)
    for (const [facts, sum] of sets) assert.ok(Math.abs(sum - 1) < 1e-9, `probabilities under ${facts} sum to ${sum}`);
}

/** That what is said to stand on a line of an output stands there. */
export function assertSourcesStandThere(value: JsonObject, snapshot: Snapshot): void {
  let looked = 0;
  const lineOf = (node: unknown, namespace: unknown, output: unknown, number: unknown): string => {
    const record = snapshot.nodes.find((one) => one.name === node)?.namespaces.find((one) => one.name === namespace);
    return record?.outputs[String(output)]?.stdout.split('\n')[Number(number) - 1] ?? '';
  };
  const visit = (item: unknown): void => {
    if (Array.isArray(item)) item.forEach(visit);
    if (!isObject(item)) return;
    const { source } = item;
    if (isObject(source) && typeof item['effect'] === 'string') {
      looked++;
      const found = lineOf(item['node'], item['namespace'], source['output'], source['line']);
      const said = String(item['text']);
      if (item['kind'] === 'rule') assert.ok(found.endsWith(said), `${said} on: ${found}`);
      if (item['kind'] === 'policy')
        assert.ok(
          found.startsWith(`:${String(item['chain'])} ${said.split(' ').at(-1) ?? ''}`),
          `${said} on: ${found}`,
        );
      if (item['kind'] === 'route') assert.ok(found.startsWith(said.split(' dev ')[0] ?? said), `${said} on: ${found}`);
    }
    Object.values(item).forEach(visit);
  };
  visit(value);
  assert.ok(looked > 0);
}
