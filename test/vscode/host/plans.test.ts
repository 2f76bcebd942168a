import * as assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';

const PLAN = `hoplensPlan: 1
name: The fix
onFailure: stop
changes:
  - node: nobody
    rule: -t nat -A POSTROUTING -o flannel0 -j MASQUERADE
  - node: worker
    kube-proxy: { config: /etc/kubernetes/kube-proxy.yaml }
    set:
      mode: iptables
`;

/** Waits for what an event brings; the test's own limit ends it. */
async function untilProblems(
  uri: vscode.Uri,
  accept: (texts: readonly string[]) => boolean,
): Promise<readonly string[]> {
  const texts = (): string[] => vscode.languages.getDiagnostics(uri).map(({ message }) => message);
  if (accept(texts())) return texts();
  return new Promise((resolve) => {
    const listening = vscode.languages.onDidChangeDiagnostics(() => {
      if (!accept(texts())) return;
      listening.dispose();
      resolve(texts());
    });
  });
}

suite('a plan', () => {
  let folder: string;
  let document: vscode.TextDocument;

  suiteSetup(async () => {
    await vscode.commands.executeCommand('hoplens.openDemoCluster');
    folder = mkdtempSync(join(tmpdir(), 'hoplens-plans-'));
    writeFileSync(join(folder, 'fix.hoplens-plan.yaml'), PLAN);
    document = await vscode.workspace.openTextDocument(join(folder, 'fix.hoplens-plan.yaml'));
    await vscode.window.showTextDocument(document);
  });

  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(folder, { recursive: true });
  });

  /** Behind the last of these words. */
  function behind(text: string): vscode.Position {
    const at = document.getText().lastIndexOf(text);
    assert.ok(at >= 0, text);
    return document.positionAt(at + text.length);
  }

  async function hoverOn(text: string): Promise<string> {
    const hovers = await vscode.commands.executeCommand<{ contents: vscode.MarkdownString[] }[]>(
      'vscode.executeHoverProvider',
      document.uri,
      behind(text),
    );
    return hovers.flatMap(({ contents }) => contents.map(({ value }) => value.replaceAll('\\', ''))).join('\n');
  }

  /** What is offered by Hoplens: words of the document are offered, too. */
  async function offered(position: vscode.Position, kind: vscode.CompletionItemKind): Promise<string[]> {
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      position,
    );
    return items
      .filter((item) => item.kind === kind)
      .map(({ label }) => (typeof label === 'string' ? label : label.label));
  }

  async function append(text: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, document.positionAt(document.getText().length), text);
    assert.ok(await vscode.workspace.applyEdit(edit));
  }

  test('has what is wrong marked: in itself, and for the cluster', async () => {
    const [problem] = await untilProblems(document.uri, (texts) => texts.length > 0);
    assert.match(problem ?? '', /^there is no node "nobody"; there are: /);
  });

  test('tells what its fields are for, and what the settings of an agent do', async () => {
    assert.match(await hoverOn('onFail'), /stop.* leaves the others as they are/);
    assert.match(await hoverOn('      mo'), /mode: one of .*iptables.*\n.*kube-proxy/s);
  });

  test('offers nodes, fields, and the settings of the agent with their values', async () => {
    assert.deepEqual((await offered(behind('node: '), vscode.CompletionItemKind.Value)).sort(), ['master', 'worker']);
    assert.deepEqual(await offered(behind('onFailure: '), vscode.CompletionItemKind.Value), ['revert-all', 'stop']);
    await append('      ');
    const names = await offered(document.positionAt(document.getText().length), vscode.CompletionItemKind.Property);
    assert.ok(names.includes('iptables.masqueradeAll') && names.includes('clusterCIDR'), names.join());
    assert.ok(!names.includes('mode'), 'it is set already');
    await append('iptables.masqueradeAll: ');
    const end = document.positionAt(document.getText().length);
    assert.deepEqual((await offered(end, vscode.CompletionItemKind.Value)).sort(), ['false', 'true']);
    await append('maybe\n');
    // What the agent would refuse is found when the rest of the plan can be read.
    const edit = new vscode.WorkspaceEdit();
    const nobody = document.getText().indexOf('nobody');
    edit.replace(
      document.uri,
      new vscode.Range(document.positionAt(nobody), document.positionAt(nobody + 6)),
      'worker',
    );
    assert.ok(await vscode.workspace.applyEdit(edit));
    const problems = await untilProblems(document.uri, (texts) => texts.length > 0 && !texts.join().includes('nobody'));
    assert.match(problems.join('\n'), /\/etc\/kubernetes\/kube-proxy\.yaml of worker was not read/);
  });
});
