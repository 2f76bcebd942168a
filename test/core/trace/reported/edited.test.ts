import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { trace, traceWith } from '../../../../src/core/trace/trace';
import { Cluster } from '../../../../src/core/snapshot/cluster';
import type { Outcome } from '../../../../src/core/trace/result';
import { type Laboratory, flannelCluster } from '../../../support/flannel-cluster';

/* Failures as people have met them, in our own laboratory with one output of a node edited. */

type Edit = (text: string) => string;

/** The laboratory with one output of a node's host edited. */
function edited(tunnel: Laboratory['tunnel'], name: string, output: string, edit: Edit): Cluster {
  const whole = flannelCluster({ tunnel, worker: '0', master: '0' });
  const nodes = whole.nodes.map((node) => ({
    ...node,
    namespaces: node.namespaces.map((namespace) => {
      const before = namespace.outputs[output];
      if (node.name !== name || namespace.kind !== 'host' || !before) return namespace;
      return { ...namespace, outputs: { ...namespace.outputs, [output]: { ...before, stdout: edit(before.stdout) } } };
    }),
  }));
  return new Cluster({ ...whole, nodes });
}

const QUESTION = { from: 'worker', to: '10.1.63.3:80' };

function only(cluster: Cluster): Outcome {
  const result = trace(cluster, QUESTION);
  assert.ok('value' in result);
  const [outcome, ...others] = result.value.outcomes;
  assert.ok(outcome && others.length === 0);
  return outcome;
}

suite('failures that were reported', () => {
  test('an interface that was made while default.forwarding was 0: ip_forward = 1 does not mend it', () => {
    const key = 'net.ipv4.conf.flannel0.forwarding';
    const cluster = edited('tun', 'master', 'sysctl', (text) => `${text}${key} = 0\n`);
    const { verdict, findings } = only(cluster);
    assert.equal(verdict, 'dropped');
    const [finding] = findings;
    assert.equal(finding?.code, 'ip-forward-off');
    assert.match(finding.message, /net\.ipv4\.conf\.flannel0\.forwarding is 0 on master, although ip_forward is 1/);
    assert.ok(finding.evidence.some(({ node, output, line }) => node === 'master' && output === 'sysctl' && line > 1));
    assert.deepEqual(finding.fix?.changes, [{ kind: 'sysctl', node: 'master', key, value: '1' }]);
    const mended = traceWith(cluster, QUESTION, finding.fix.changes);
    assert.ok('value' in mended);
    assert.deepEqual(
      mended.value.outcomes.map((outcome) => outcome.verdict),
      ['connected'],
    );
  });

  test('where nothing is forwarded at all, it is ip_forward that is off, whatever each interface says', () => {
    const cluster = edited('tun', 'master', 'sysctl', (text) =>
      `${text}net.ipv4.conf.flannel0.forwarding = 0\n`.replace('ip_forward = 1', 'ip_forward = 0'),
    );
    const [finding] = only(cluster).findings;
    assert.match(finding?.message ?? '', /ip_forward is 0/);
    assert.equal(finding?.fix?.changes[0]?.key, 'net.ipv4.ip_forward');
  });

  test('a VTEP whose MAC address is no longer the one that its peers were told', () => {
    assert.equal(only(edited('vxlan', 'worker', 'ip-neigh', (text) => text)).verdict, 'connected');
    const cluster = edited('vxlan', 'master', 'ip-addr', (text) =>
      text.replace('02:00:00:00:00:11', '02:00:00:00:00:99'),
    );
    const { verdict, request, findings } = only(cluster);
    assert.equal(verdict, 'dropped');
    assert.deepEqual(request.end, { node: 'master', namespace: 'host', interface: 'flannel.1' });
    assert.equal(findings[0]?.code, 'vtep-mac');
    assert.match(findings[0].message, /02:00:00:00:00:11.*02:00:00:00:00:99/);
  });
});
