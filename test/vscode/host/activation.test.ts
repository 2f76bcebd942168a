import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';

suite('activation', () => {
  const extension = vscode.extensions.getExtension<undefined>('hoplens.hoplens');

  test('the extension activates', async () => {
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  test('every contributed command is registered', async () => {
    assert.ok(extension);
    await extension.activate();
    const manifest = extension.packageJSON as { contributes: { commands: { command: string }[] } };
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = manifest.contributes.commands.filter(({ command }) => !registered.has(command));
    assert.deepEqual(missing, []);
  });

  test('every view has a name and what is named in package.json is translated', () => {
    assert.ok(extension);
    assert.doesNotMatch(JSON.stringify(extension.packageJSON), /"%[a-z.A-Z]+%"/);
  });
});
