import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';

suite('activation', () => {
  const extension = vscode.extensions.getExtension('hoplens.hoplens');

  test('the extension activates', async () => {
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  test('the command that opens the demo is registered', async () => {
    await extension?.activate();
    assert.ok((await vscode.commands.getCommands(true)).includes('hoplens.openDemoCluster'));
  });
});
