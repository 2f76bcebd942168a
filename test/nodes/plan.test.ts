import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { batchScript } from '../../src/nodes/batch/script';
import { NAMESPACES_AT_ONCE, hostPlan, namespacePlan } from '../../src/nodes/plan';
import { PROBES } from '../../src/nodes/probes';

const FOUND = { name: 'g4', kind: 'container', named: true, path: '/run/netns/g4', pid: undefined } as const;

suite('what is read of a node', () => {
  test('each probe once, under an id of its own', () => {
    const ids = hostPlan().map(({ probe }) => probe.id);
    assert.equal(new Set(ids).size, ids.length);
    for (const { id } of PROBES) assert.ok(ids.includes(id), id);
  });

  test('of a namespace: the same as inside of it, entered by root', () => {
    const plan = namespacePlan(FOUND);
    const addresses = plan.find(({ probe }) => probe.id === 'ip-addr');
    assert.deepEqual(addresses?.forms[0], ['ip', '-j', 'addr']);
    assert.deepEqual(addresses.task.attempts[0], ['nsenter', '--net=/run/netns/g4', 'ip', '-j', 'addr']);
    assert.ok(plan.every(({ task }) => task.root));
  });

  test('of a namespace with a name alone: the files that `ip netns exec` shows in it', () => {
    const files = namespacePlan(FOUND).filter(({ probe }) => probe.scope === 'files');
    assert.deepEqual(
      files.map(({ task }) => task.attempts[0]),
      ['resolv.conf', 'hosts'].map((name) => ['ip', 'netns', 'exec', 'g4', 'cat', `/etc/${name}`]),
    );
  });

  test('as many namespaces at once as fit into one argument of a command', () => {
    const longest = { ...FOUND, path: `/run/netns/${'x'.repeat(255)}` };
    const tasks = Array.from({ length: NAMESPACES_AT_ONCE }, () => namespacePlan(longest)).flat();
    const script = batchScript(
      'f'.repeat(32),
      tasks.map(({ task }) => task),
    );
    // MAX_ARG_STRLEN of Linux.
    assert.ok(Buffer.byteLength(script) < 128 * 1024, `${script.length} bytes`);
  });
});
