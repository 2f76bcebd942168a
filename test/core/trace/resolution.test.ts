import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { describe } from '../../../src/core/trace/describe';
import type { NameResolution, TraceResult } from '../../../src/core/trace/result';
import { trace } from '../../../src/core/trace/trace';
import { demoClusters } from '../../support/demo';

async function traced(from: string, to: string): Promise<TraceResult> {
  const result = trace((await demoClusters()).second, { from, to });
  assert.ok('value' in result);
  return result.value;
}

async function resolved(from: string, to: string): Promise<NameResolution> {
  const { resolution } = await traced(from, to);
  assert.ok(resolution);
  return resolution;
}

suite('the name of the destination, in its trace', () => {
  test('is none where an address, a service or a pod was asked for', async () => {
    for (const to of ['10.0.0.103:80', 'svc:default/g4', 'pod:default/g4:80'])
      assert.equal((await traced('worker', to)).resolution, null, to);
  });

  test('is found by the search list of the origin, and the names before it are told', async () => {
    const { name, address, search, ndots, asked, source } = await resolved('worker', 'g4.default:80');
    assert.deepEqual([name, address, ndots], ['g4.default', '10.0.0.103', 1]);
    assert.deepEqual(search, ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local']);
    assert.deepEqual(asked, [
      { name: 'g4.default', address: null },
      { name: 'g4.default.default.svc.cluster.local', address: null },
      { name: 'g4.default.svc.cluster.local', address: '10.0.0.103' },
    ]);
    assert.deepEqual(source, { node: 'worker', namespace: 'host', output: 'resolv-conf', line: 1 });
  });

  test('musl does not search for a name with as many dots as ndots, glibc does', async () => {
    const { libraries } = await resolved('worker', 'g4.default:80');
    assert.match(libraries.glibc, /^it asks 10\.0\.0\.10 first/);
    assert.match(libraries.musl, /does not find it$/);
    assert.doesNotMatch((await resolved('worker', 'g4:80')).libraries.musl, /does not find it/);
  });

  test('has a trace to each name server, by UDP', async () => {
    const { servers } = await resolved('master', 'g4:80');
    assert.deepEqual(
      servers.map(({ address, line, cluster }) => [address, line, cluster]),
      [
        ['10.0.0.10', 3, true],
        ['192.168.199.1', 4, false],
      ],
    );
    for (const { address, trace: own } of servers) {
      assert.deepEqual([own?.to['address'], own?.to['port'], own?.to['proto']], [address, 53, 'udp']);
      assert.ok((own?.outcomes[0]?.request.steps.length ?? 0) > 0);
    }
  });

  test('is told in the text of the trace, before its outcomes', async () => {
    const lines = [...describe(await traced('worker', 'g4:80'))];
    const at = lines.findIndex((line) => /^name: g4 is 10\.0\.0\.103 \(worker resolv-conf; /.test(line));
    assert.ok(at > 0 && at < lines.findIndex((line) => line.startsWith('Outcome 1')));
    assert.match(lines.slice(at).join('\n'), /name server 192\.168\.1\.1 \(not the cluster's\): worker → /);
  });
});
