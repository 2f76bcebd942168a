import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { NodeReading } from '../../src/nodes/collect';
import { SshError } from '../../src/nodes/ssh/errors';
import { FAULTS } from '../lab/faults';
import { LiveCluster } from './live-cluster';

/** What came of reading a node. */
interface Outcome {
  readonly reading?: NodeReading;
  readonly error?: unknown;
  /** Since all of them were begun, in milliseconds. */
  readonly after: number;
}

type Name = keyof typeof FAULTS | 'worker' | 'master';
const NAMES = ['worker', 'master', ...(Object.keys(FAULTS) as (keyof typeof FAULTS)[])] as const;

describe('nodes that fail, read beside others', { concurrency: 1 }, () => {
  let cluster: LiveCluster;
  const outcomes = new Map<Name, Outcome>();

  before(async () => {
    cluster = await LiveCluster.start({ site: 'oracle', faults: true });
    const begin = performance.now();
    await Promise.all(
      NAMES.map(async (name) => {
        const came = await cluster
          .reader(name)
          .read(new AbortController().signal)
          .then(
            (reading) => ({ reading }),
            (error: unknown) => ({ error }),
          );
        outcomes.set(name, { ...came, after: performance.now() - begin });
      }),
    );
  });
  after(() => cluster.close());

  function readingOf(name: Name): NodeReading {
    const { reading, error } = outcomes.get(name) ?? {};
    return reading ?? assert.fail(`${name} was not read: ${String(error)}`);
  }
  function errorOf(name: Name): SshError {
    const { error } = outcomes.get(name) ?? {};
    assert.ok(error instanceof SshError, `${name} fails`);
    return error;
  }

  for (const name of ['worker', 'master', 'banner', 'fish'] as const)
    it(`${name} is read in whole`, () => {
      const { record, gaps } = readingOf(name);
      assert.deepEqual(gaps, []);
      const outputs = record.namespaces.find((namespace) => namespace.name === 'host')?.outputs ?? {};
      // Nothing else that the node says is taken for a part of it.
      assert.match(outputs['ip-addr']?.stdout ?? '', /^\[\{.*\}\]\s*$/s);
      assert.equal(outputs['iptables-save']?.exitCode, 0);
    });

  it('a node that is down says so at once', () => {
    assert.equal(errorOf('down').kind, 'unreachable');
    assert.match(errorOf('down').message, /nothing listens there/);
    assert.ok((outcomes.get('down')?.after ?? Infinity) < 2000);
  });

  it('a node that says nothing is given up when ConnectTimeout is over', () => {
    assert.equal(errorOf('silent').kind, 'timed-out');
    assert.ok((outcomes.get('silent')?.after ?? 0) >= 5000);
    assert.ok((outcomes.get('silent')?.after ?? Infinity) < 8000);
  });

  it('a node with another host key is refused, and nobody logs in to it', () => {
    assert.equal(errorOf('changed-key').kind, 'host-key-changed');
    assert.match(errorOf('changed-key').message, /known_hosts:1 /);
    const log = cluster.real.node('changed-key').sshd.log.join('\n');
    assert.match(log, /Connection from/);
    assert.doesNotMatch(log, /Accepted|Failed|Postponed/);
  });

  it('a node without sudo tells what root does not need to be for', () => {
    const { gaps, record, root } = readingOf('no-sudo');
    assert.equal(root, 'none');
    assert.match(gaps[0] ?? '', /iptables-save.*only root/);
    const outputs = record.namespaces[0]?.outputs ?? {};
    assert.match(outputs['ip-addr']?.stdout ?? '', /192\.168\.1\.20/);
  });

  it('a command that hangs is ended, and the rest is read', () => {
    const { gaps, record } = readingOf('hanging');
    assert.equal(gaps.length, 1);
    assert.match(gaps[0] ?? '', /^conntrack: .* took more than 15 s/);
    // ss comes after it.
    assert.equal(record.namespaces[0]?.outputs['ss']?.exitCode, 0);
  });

  it('a node that closes the connection half-way keeps what it has said', () => {
    const { broken, record } = readingOf('closing');
    assert.equal(broken?.kind, 'closed');
    assert.ok(Object.keys(record.namespaces[0]?.outputs ?? {}).length > 0);
  });

  it('the others do not wait for those that hang', () => {
    for (const name of ['worker', 'master', 'banner', 'fish'] as const)
      assert.ok((outcomes.get(name)?.after ?? Infinity) < (outcomes.get('hanging')?.after ?? 0), name);
  });

  it('when the connections are closed, nothing is left running on the nodes', async () => {
    await Promise.all(NAMES.map((name) => cluster.reader(name).close()));
    for (const name of NAMES.filter((one) => one !== 'down' && one !== 'silent'))
      await untilEmpty(() => cluster.real.node(name).machine.processes().filter(isForeign), name);
  });
});

/** Neither the sshd that listens nor a container nor etcd. */
function isForeign(command: string): boolean {
  return !/^sshd: .*\[listener\]|^unshare |^etcd /.test(command);
}

async function untilEmpty(look: () => string[], what: string): Promise<void> {
  const end = Date.now() + 5000;
  while (look().length > 0) {
    if (Date.now() > end) assert.fail(`${what}: ${look().join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
