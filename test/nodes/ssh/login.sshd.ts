import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { connect } from '../../../src/nodes/ssh/connect';
import { LiveNode } from '../support/live-node';

suite('logging in to a real sshd', () => {
  test('by a key', async (context) => {
    const node = await LiveNode.start(context);
    const connection = await connect(node.settings, { questions: {} });
    context.after(() => connection.close());
    const { stdout, code } = await connection.exec('id -un', { maxBytes: 1000, signal: AbortSignal.timeout(5000) });
    assert.deepEqual({ code, user: stdout.toString() }, { code: 0, user: 'somebody\n' });
  });
});
