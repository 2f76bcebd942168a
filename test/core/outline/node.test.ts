import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { OutlineItem } from '../../../src/core/outline/item';
import { nodeItems } from '../../../src/core/outline/node';
import type { Cluster } from '../../../src/core/snapshot/cluster';
import { demoClusters } from '../../support/demo';
import { cluster, node, type Outputs } from '../../support/snapshots';

/** The entry at the end of a way of labels. */
function at(items: readonly OutlineItem[], ...labels: string[]): OutlineItem {
  const [label, ...rest] = labels;
  const found = items.find((item) => item.label === label);
  assert.ok(found, `${label ?? ''} among ${items.map((item) => item.label).join(', ')}`);
  return rest.length === 0 ? found : at(found.children?.() ?? [], ...rest);
}

const worker = (outputs: Outputs): Cluster => cluster(node('worker', outputs));

suite('a node as a tree', () => {
  test('what was not collected says so', () => {
    const items = at(nodeItems(worker({})), 'worker').children?.() ?? [];
    const missing = items.filter((item) => item.state === 'missing').map((item) => item.label);
    const expected = ['Interfaces', 'Routes', 'iptables', 'DNS', 'Sysctls'].map((what) => `${what}: not collected`);
    assert.deepEqual(missing, expected);
  });

  test('what could not be read says why, and leads to what was printed', () => {
    const failed = {
      command: 'iptables-save -c',
      exitCode: 1,
      stdout: '',
      stderr: 'Fatal: Could not fetch rule set: Permission denied (you must be root)\n',
    };
    const entry = at(nodeItems(worker({ 'iptables-save': failed })), 'worker', 'iptables: could not be read');
    assert.equal(entry.description, 'Fatal: Could not fetch rule set: Permission denied (you must be root)');
    assert.equal(entry.state, 'warning');
    assert.match(entry.tooltip ?? '', /^"iptables-save -c" failed with exit code 1\./);
    assert.deepEqual(entry.source, { node: 'worker', namespace: 'host', output: 'iptables-save', line: 1 });
  });

  test("an agent's configuration that holds a secret is named, and cannot be opened", () => {
    const path = '/etc/rancher/k3s/config.yaml';
    const entry = at(nodeItems(worker({ agents: `secret ${path}\n` })), 'worker', 'Agents', path);
    assert.match(entry.description ?? '', /holds a secret/);
    assert.equal(entry.configuration, undefined);
  });

  test('an empty rule set is empty, and not unknown', () => {
    const items = nodeItems(worker({ 'iptables-save': '*filter\n:INPUT DROP [2:80]\nCOMMIT\n' }));
    assert.equal(at(items, 'worker', 'iptables').description, '0 rules');
    assert.equal(at(items, 'worker', 'iptables', 'filter', 'INPUT').description, 'policy DROP · 0 rules · 2 packets');
  });

  test("the document's worker: its tunnel, its owners of subnets, its containers", async () => {
    const items = nodeItems((await demoClusters()).second);
    assert.equal(at(items, 'worker', 'Overlay', 'flannel0').description, '10.1.9.0');
    assert.match(at(items, 'worker', 'Overlay', '10.1.63.0/24').description ?? '', /^master\b/);
    assert.equal(at(items, 'worker', 'Pods and containers', 'alpine').traceFrom, 'worker/alpine');
  });
});
