import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { NodeReader } from '../../src/nodes/node-reader';
import type { ConfigReader } from '../../src/nodes/ssh/config-values';
import { localUser } from '../../src/nodes/ssh/local-user';
import { LiveNode } from './support/live-node';
import { eventually } from './support/wait';

const NEVER = new AbortController().signal;

/** What the SSH configuration says of a node. */
function configOf({ settings }: LiveNode): ConfigReader {
  const values = {
    hostname: '127.0.0.1',
    port: String(settings.port),
    user: settings.user,
    identityfile: settings.identityFiles[0] ?? '',
    identityagent: 'none',
    userknownhostsfile: settings.userKnownHostsFiles[0] ?? '',
    globalknownhostsfile: 'none',
    connecttimeout: '3',
  };
  return () => Promise.resolve(new Map(Object.entries(values).map(([key, value]) => [key, [value]])));
}

async function stage(context: TestContext): Promise<{ node: LiveNode; reader: NodeReader; log: string[] }> {
  const node = await LiveNode.start(context, { users: [{ name: 'root' }] });
  const log: string[] = [];
  const options = { config: configOf(node), me: localUser(), questions: {}, log: (line: string) => log.push(line) };
  const reader = new NodeReader({ name: 'worker' }, options);
  context.after(() => reader.close());
  return { node, reader, log };
}

function logins({ sshd }: LiveNode): number {
  return sshd.log.filter((line) => line.startsWith('Accepted publickey')).length;
}

suite('the way to a node', { concurrency: 3, timeout: 60_000 }, () => {
  test('is open from the first reading until it is closed', async (context) => {
    const { node, reader } = await stage(context);
    assert.equal(reader.connected, false);
    const stages: string[] = [];
    const reading = await reader.read(
      NEVER,
      () => stages.push(`connected: ${reader.connected}`),
      ({ done, total }) => {
        assert.ok(done < total);
        if (done === 0) stages.push('reading');
      },
    );
    assert.deepEqual(stages, ['connected: true', 'reading']);
    assert.deepEqual([reading.gaps, reading.record.name], [[], 'worker']);
    await reader.read(NEVER);
    assert.equal(logins(node), 1);
    await reader.close();
    assert.equal(reader.connected, false);
    await node.isQuiet();
  });

  test('is taken again where it was lost', async (context) => {
    const { node, reader } = await stage(context);
    let lost = 0;
    reader.onLost(() => lost++);
    await reader.read(NEVER);
    node.breakConnections();
    await eventually(() => {
      assert.deepEqual([reader.connected, lost], [false, 1]);
    });
    assert.deepEqual((await reader.read(NEVER)).gaps, []);
    assert.equal(logins(node), 2);
  });

  test('may be down: the reason is in the error and in the log', async (context) => {
    const { node, reader, log } = await stage(context);
    await node.sshd.close();
    const said = `worker: 127.0.0.1 port ${node.sshd.port}: nothing listens there; check that sshd runs, and the port.`;
    await assert.rejects(reader.read(NEVER), { name: 'SshError', kind: 'unreachable', message: said });
    assert.equal(log.at(-1), said);
  });

  test('is left when nobody waits any more', async (context) => {
    const { node, reader } = await stage(context);
    await node.replace('conntrack', 'sleep 1000');
    const controller = new AbortController();
    const { broken } = await reader.read(controller.signal, undefined, ({ command }) => {
      if (command.startsWith('conntrack')) controller.abort();
    });
    assert.equal(broken?.kind, 'cancelled');
    assert.equal(reader.connected, true);
    await reader.close();
    await node.isQuiet();
  });
});
