import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type ssh2 from 'ssh2';
import { connect } from '../../../src/nodes/ssh/connect';
import type { Connection } from '../../../src/nodes/ssh/connection';
import { FakeNode, keyPair } from '../support/fake-node';
import { acceptKeys } from '../support/questions';
import { settingsFor } from '../support/settings';

const KEY = keyPair();

async function connected(context: TestContext, exec: (channel: ssh2.ServerChannel) => void): Promise<Connection> {
  const node = await FakeNode.start({ hostKeys: [KEY], exec });
  const connection = await connect(settingsFor(node.port), { questions: acceptKeys() });
  context.after(async () => {
    await connection.close();
    await node.close();
  });
  return connection;
}

const options = { maxBytes: 1000, signal: new AbortController().signal };

suite('a command over SSH', () => {
  test('that ends as soon as it has begun', async (context) => {
    const connection = await connected(context, (channel) => {
      channel.stderr.write('err');
      channel.write('out');
      channel.exit(3);
      channel.end();
    });
    const { code, stdout, stderr, ended } = await connection.exec('anything', options);
    assert.deepEqual([code, stdout.toString(), stderr.toString(), ended], [3, 'out', 'err', 'by itself']);
  });

  test('that prints too much is stopped', async (context) => {
    const connection = await connected(context, (channel) => {
      channel.write('x'.repeat(2000));
      channel.resume().on('end', () => {
        channel.exit('TERM');
        channel.end();
      });
    });
    const { ended, stdout } = await connection.exec('anything', options);
    assert.equal(ended, 'too much');
    assert.ok(stdout.length <= 1000);
  });

  test('that is never started', async (context) => {
    const node = await FakeNode.start({ hostKeys: [KEY], silent: true });
    const connection = await connect(settingsFor(node.port), { questions: acceptKeys() });
    context.after(async () => {
      await connection.close();
      await node.close();
    });
    const signal = AbortSignal.timeout(200);
    await assert.rejects(connection.exec('anything', { ...options, signal }), { kind: 'timed-out' });
  });

  test('whose connection breaks', async (context) => {
    const node = await FakeNode.start({
      hostKeys: [KEY],
      exec: (channel) => {
        channel.write('half');
        for (const socket of node.sockets) socket.end();
      },
    });
    context.after(() => node.close());
    const connection = await connect(settingsFor(node.port), { questions: acceptKeys() });
    const { ended, stdout, code } = await connection.exec('anything', options);
    assert.deepEqual([ended, stdout.toString(), code], ['connection lost', 'half', undefined]);
    assert.equal(connection.lost?.kind, 'closed');
    await assert.rejects(connection.exec('anything', options), { kind: 'closed' });
  });
});
