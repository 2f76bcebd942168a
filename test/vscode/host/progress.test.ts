import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { workInTurns } from '../../../src/features/trace/read-for-trace';

suite('long work', () => {
  test('that is done soon is done', async () => {
    let pieces = 0;
    const steps = (function* (): Generator<void, void> {
      while (++pieces < 10) yield;
    })();
    assert.equal(await workInTurns('Soon', steps), true);
    assert.equal(pieces, 10);
  });

  test('lets others work between, and ends when it is cancelled', async () => {
    const endless = (function* (): Generator<void, void> {
      for (;;) yield;
    })();
    const state = { ended: false };
    const work = workInTurns('Endless', endless).then((done) => {
      state.ended = true;
      return done;
    });
    // What is shown of it has one button, Cancel. It is not shown at once.
    while (!state.ended) await vscode.commands.executeCommand('notification.acceptPrimaryAction');
    assert.equal(await work, false);
  });
});
