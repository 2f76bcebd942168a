import * as assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';

const CONFIG =
  'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: "" # as ever\niptables:\n  masqueradeAll: false\n';
const SNAPSHOT = {
  hoplensSnapshot: 1,
  cluster: 'agents',
  collectedAt: '2026-11-22T00:00:00Z',
  nodes: [
    {
      name: 'worker',
      namespaces: [
        {
          name: 'host',
          kind: 'host',
          outputs: {
            'file:/var/lib/kube-proxy/config.conf': {
              command: 'cat /var/lib/kube-proxy/config.conf',
              exitCode: 0,
              stdout: CONFIG,
              stderr: '',
            },
          },
        },
      ],
    },
  ],
};

const CHANGE = { kind: 'kube-proxy', in: { config: '/var/lib/kube-proxy/config.conf' } };
const URI = vscode.Uri.from({
  scheme: 'hoplens-configuration',
  path: '/worker/var/lib/kube-proxy/config.conf',
  query: JSON.stringify({ cluster: 'agents', node: 'worker', change: CHANGE }),
});

/** What the tree passes to the command. */
const ENTRY = {
  open: { id: 'agents' },
  item: { configuration: { node: 'worker', found: { agent: 'kube-proxy', change: CHANGE } } },
};

/** Waits for what an event brings; the test's own limit ends it. */
async function until<T>(event: vscode.Event<unknown>, look: () => T | undefined): Promise<T> {
  const now = look();
  if (now !== undefined) return now;
  return new Promise((resolve) => {
    const listening = event(() => {
      const found = look();
      if (found === undefined) return;
      listening.dispose();
      resolve(found);
    });
  });
}

function planText(): string | undefined {
  const plan = vscode.workspace.textDocuments.find(({ fileName }) => fileName.endsWith('.hoplens-plan.yaml'));
  return plan?.getText() || undefined;
}

async function edit(document: vscode.TextDocument, from: string, to: string): Promise<void> {
  const start = document.getText().indexOf(from);
  assert.ok(start >= 0, from);
  const change = new vscode.WorkspaceEdit();
  change.replace(
    document.uri,
    new vscode.Range(document.positionAt(start), document.positionAt(start + from.length)),
    to,
  );
  assert.ok(await vscode.workspace.applyEdit(change));
}

suite("an agent's configuration", () => {
  let folder: string;
  let document: vscode.TextDocument;

  suiteSetup(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hoplens-agents-'));
    const file = join(folder, 'agents.hoplens.json');
    writeFileSync(file, JSON.stringify(SNAPSHOT));
    await vscode.commands.executeCommand('hoplens.openSnapshot', vscode.Uri.file(file));
    await vscode.commands.executeCommand('hoplens.openConfiguration', ENTRY);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    document = editor.document;
  });

  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('hoplens.closeCluster', { open: { id: 'agents' } });
    rmSync(folder, { recursive: true });
  });

  test('opens in its language, as it was read', () => {
    assert.equal(document.uri.toString(), URI.toString());
    assert.equal(document.languageId, 'yaml');
    assert.equal(document.getText(), CONFIG);
  });

  test('tells what each field does, what it may be, and what it is without', async () => {
    const at = document.positionAt(CONFIG.indexOf('masqueradeAll') + 2);
    const hovers = await vscode.commands.executeCommand<{ contents: vscode.MarkdownString[] }[]>(
      'vscode.executeHoverProvider',
      URI,
      at,
    );
    const said = hovers.flatMap(({ contents }) => contents.map(({ value }) => value.replaceAll('\\', ''))).join('\n');
    assert.match(said, /iptables\.masqueradeAll: true or false · default false · flag --masquerade-all/);
    assert.match(said, /Every connection to a service address is masqueraded/);
  });

  test('completes fields and values', async () => {
    const at = document.positionAt(CONFIG.indexOf('""') + 1);
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      URI,
      at,
    );
    const values = items.filter(({ kind }) => kind === vscode.CompletionItemKind.Value).map(({ label }) => label);
    assert.deepEqual(values, ['""', 'iptables', 'ipvs', 'nftables', 'userspace']);
  });

  test('shows what kube-proxy would not start with', async () => {
    const problems = (): string | undefined => {
      const [first] = vscode.languages.getDiagnostics(URI);
      return first && `${document.getText(first.range)}: ${first.message}`;
    };
    await edit(document, '""', '"fast"');
    assert.match(await until(vscode.languages.onDidChangeDiagnostics, problems), /^"fast": mode is one of /);
    await edit(document, '"fast"', '""');
    await until(vscode.languages.onDidChangeDiagnostics, () => (problems() === undefined ? true : undefined));
  });

  test('that is saved becomes a plan, and changes nothing', async () => {
    await edit(document, 'masqueradeAll: false', 'masqueradeAll: true');
    assert.ok(await document.save());
    const plan = await until(vscode.workspace.onDidChangeTextDocument, planText);
    assert.match(plan, /^hoplensPlan: 1\nname: "kube-proxy on worker: iptables\.masqueradeAll"\n/);
    assert.match(
      plan,
      /\n {2}- node: worker\n {4}kube-proxy:\n {6}config: \/var\/lib\/kube-proxy\/config\.conf\n {4}set:\n {6}iptables\.masqueradeAll: true\n/,
    );
    const dump = await vscode.workspace.openTextDocument(
      vscode.Uri.from({
        scheme: 'hoplens',
        path: '/worker/host/file:∕var∕lib∕kube-proxy∕config.conf.txt',
        query: 'agents',
      }),
    );
    assert.equal(dump.getText(), CONFIG);
    assert.match(document.getText(), /masqueradeAll: true/);
  });
});
