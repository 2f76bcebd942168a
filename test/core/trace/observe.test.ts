import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Cluster } from '../../../src/core/snapshot/cluster';
import type { Output, Snapshot } from '../../../src/core/snapshot/format';
import { curlTarget } from '../../../src/core/trace/observe';
import type { Outcome } from '../../../src/core/trace/result';
import { trace } from '../../../src/core/trace/trace';
import { flannelCluster } from '../../support/flannel-cluster';

/** The laboratory without sysctls, but with what somebody saw on the worker. */
function watched(outputs: Readonly<Record<string, Partial<Output>>>): Snapshot {
  const made = flannelCluster({ tunnel: 'tun', worker: '0', master: '0' });
  const seen = Object.entries(outputs).map(
    ([id, output]) => [id, { command: '', exitCode: 0, stdout: '', stderr: '', ...output }] as const,
  );
  return {
    ...made,
    nodes: made.nodes.map((node) => ({
      ...node,
      namespaces: node.namespaces.map((namespace) => {
        const { sysctl, ...rest } = namespace.outputs;
        assert.ok(sysctl !== undefined || namespace.kind === 'pod');
        return { ...namespace, outputs: { ...rest, ...(node.name === 'worker' && Object.fromEntries(seen)) } };
      }),
    })),
  };
}

function outcomes(outputs: Readonly<Record<string, Partial<Output>>>): readonly Outcome[] {
  const result = trace(new Cluster(watched(outputs)), { from: 'worker', to: '10.0.0.103:80' });
  assert.ok('value' in result);
  return result.value.outcomes;
}

/** The verdicts that what was seen supports, with the outputs that do. */
function supported(outputs: Readonly<Record<string, Partial<Output>>>): string[] {
  return outcomes(outputs)
    .filter((one) => one.supportedBy.length > 0)
    .map((one) => `${one.verdict}: ${one.supportedBy.map(({ output }) => output).join(', ')}`);
}

const SYN = '12:00:00.1 IP 192.168.1.12.50712 > 10.1.63.3.80: Flags [S], seq 1, win 1, length 0\n';
const SYN_ACK = '12:00:00.2 IP 10.1.63.3.80 > 192.168.1.12.50712: Flags [S.], seq 9, ack 2, win 1, length 0\n';
/** TCP sends again after a second. */
const later = (line: string): string => line.replace('12:00:00', '12:00:01');
const ACK = '12:00:00.3 IP 192.168.1.12.50712 > 10.1.63.3.80: Flags [.], ack 10, win 1, length 0\n';

suite('what was seen on the cluster', () => {
  test('nothing supports nothing', () => {
    assert.ok(outcomes({}).length > 1);
    assert.deepEqual(supported({}), []);
  });

  test('an attempt that was answered supports the outcome that connects', () => {
    assert.deepEqual(supported({ 'curl-1': { command: 'curl 10.0.0.103' } }), ['connected: curl-1']);
    assert.deepEqual(supported({ 'curl-1': { command: 'curl http://10.0.0.103:80/x' } }), ['connected: curl-1']);
  });

  test('an attempt that failed speaks against it, and alone does not tell the others apart', () => {
    assert.deepEqual(supported({ 'curl-1': { command: 'curl 10.0.0.103', exitCode: 28 } }), []);
  });

  test('an attempt at something else is silent', () => {
    assert.deepEqual(
      supported({
        'curl-1': { command: 'curl 10.0.0.104' },
        'curl-2': { command: 'curl 10.0.0.103:81' },
        'curl-3': { command: 'curl https://10.0.0.103' },
      }),
      [],
    );
  });

  test('a SYN+ACK on eth0 that is answered by the same SYN again: it is not let in', () => {
    const capture = { command: 'tcpdump -ni any port 80', stdout: SYN + SYN_ACK + later(SYN) + later(SYN_ACK) };
    assert.deepEqual(supported({ 'tcpdump-any': capture }), ['no-reply: tcpdump-any']);
  });

  test('a handshake that is completed: it connects', () => {
    assert.deepEqual(supported({ 'tcpdump-flannel0': { command: 'tcpdump -ni flannel0', stdout: SYN + ACK } }), [
      'connected: tcpdump-flannel0',
    ]);
  });

  test('a SYN+ACK where no outcome shows one is passed over', () => {
    assert.deepEqual(supported({ 'tcpdump-docker0': { command: 'tcpdump -ni docker0', stdout: SYN_ACK } }), []);
  });

  test('several things seen must agree', () => {
    const failed = { command: 'curl 10.0.0.103', exitCode: 28 };
    const eth0 = { command: 'tcpdump -ni eth0', stdout: SYN_ACK };
    assert.deepEqual(supported({ 'curl-1': failed, 'tcpdump-eth0': eth0 }), ['no-reply: tcpdump-eth0, curl-1']);
    assert.deepEqual(
      supported({ 'curl-1': { command: 'curl 10.0.0.103' }, 'curl-2': failed }),
      [],
      'they contradict each other',
    );
  });
});

suite('what a curl asks for', () => {
  test('is the host and port of its URL', () => {
    const commands: readonly (readonly [string, unknown])[] = [
      ['curl 10.0.0.103', { host: '10.0.0.103', port: 80 }],
      ['curl -s -v g4', { host: 'g4', port: 80 }],
      ['curl http://g4.default.svc.cluster.local:8080/x?y', { host: 'g4.default.svc.cluster.local', port: 8080 }],
      ['curl https://10.0.0.1', { host: '10.0.0.1', port: 443 }],
      ['curl -m 5 -o /dev/null -sS g4', { host: 'g4', port: 80 }],
      ['curl g4 --max-time 5', { host: 'g4', port: 80 }],
      [`curl -H 'Host:x' "http://[fd00::1]:8080/"`, { host: 'fd00::1', port: 8080 }],
      ['curl', undefined],
      ['wget g4', undefined],
    ];
    for (const [command, target] of commands) assert.deepEqual(curlTarget(command), target, command);
  });
});
