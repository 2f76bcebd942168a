import * as assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { node, snapshot } from '../../support/snapshots';

/** A file's name, a node's and a service's may hold what ends a link of Markdown, or makes an icon. */
const CLUSTER = "odd (1)'s";
const NODE = 'no)de';
const SAVE = `*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
:KUBE-SVC-B - [0:0]
:KUBE-SEP-A - [0:0]
-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-A
-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "default/web:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-B
-A KUBE-SERVICES -d 203.0.113.9/32 -p tcp -m comment --comment "default/web:http external IP" -m tcp --dport 80 -j KUBE-SVC-A
-A KUBE-SVC-A -m comment --comment "default/$(bug)" -j KUBE-SEP-A
-A KUBE-SVC-B -j KUBE-SEP-A
-A KUBE-SEP-A -p tcp -m tcp -j DNAT --to-destination 10.244.0.5:8080
-A POSTROUTING -s 10.244.0.0/16 -j MASQUERADE
COMMIT
`;
const ADDRESSES = '2: eth0: <UP> mtu 1500\n    inet 192.168.1.12/24 scope global eth0\n';

const uriOf = (output: string): vscode.Uri =>
  vscode.Uri.from({ scheme: 'hoplens', path: `/${NODE}/host/${output}`, query: CLUSTER });

async function lensesOf(uri: vscode.Uri): Promise<vscode.CodeLens[]> {
  await vscode.workspace.openTextDocument(uri);
  return vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 100);
}

/** The questions that the links of the hovers at a word ask, by their titles. */
async function linksAt(uri: vscode.Uri, line: string, word: string): Promise<Record<string, unknown>> {
  const document = await vscode.workspace.openTextDocument(uri);
  const at = document
    .getText()
    .split('\n')
    .findIndex((text) => text.includes(line));
  const hovers = await vscode.commands.executeCommand<{ contents: vscode.MarkdownString[] }[]>(
    'vscode.executeHoverProvider',
    uri,
    new vscode.Position(at, document.lineAt(at).text.indexOf(word) + 1),
  );
  const trusted = hovers.flatMap(({ contents }) => contents).filter(({ isTrusted }) => isTrusted);
  for (const { isTrusted } of trusted) assert.deepEqual(isTrusted, { enabledCommands: ['hoplens.ask'] });
  const links = trusted.flatMap(({ value }) => [
    ...value.matchAll(/\[((?:\\.|[^\]])*)\]\(command:hoplens\.ask\?([^)\s]*)\)/g),
  ]);
  return Object.fromEntries(
    links.map(([, title = '', asked = '']) => [
      title.replace(/\\(.)/g, '$1'),
      (JSON.parse(decodeURIComponent(asked)) as unknown[])[0],
    ]),
  );
}

suite('asking from a dump', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hoplens-asking-'));
  const rules = uriOf('iptables-save.iptables');

  suiteSetup(async () => {
    const file = join(folder, `${CLUSTER}.hoplens.json`);
    writeFileSync(file, JSON.stringify(snapshot(node(NODE, { 'iptables-save': SAVE, 'ip-addr': ADDRESSES }))));
    await vscode.commands.executeCommand('hoplens.openSnapshot', vscode.Uri.file(file));
  });

  suiteTeardown(async () => {
    await vscode.commands.executeCommand('hoplens.closeCluster', { open: { id: CLUSTER } });
    rmSync(folder, { recursive: true });
  });

  test('one lens for each port of a service, above the rules of its chain', async () => {
    const lenses = await lensesOf(rules);
    const lines = SAVE.split('\n');
    assert.deepEqual(
      lenses.map(({ range, command }) => [lines[range.start.line]?.slice(0, 13), command?.title]),
      [
        ['-A KUBE-SVC-A', 'Trace to default/web:http (10.96.0.1:80)…'],
        ['-A KUBE-SVC-B', 'Trace to default/web:https (10.96.0.1:443)…'],
      ],
    );
    assert.deepEqual(lenses[0]?.command?.arguments, [
      { clusterId: CLUSTER, near: NODE, to: '10.96.0.1:80', protocol: 'tcp' },
    ]);
  });

  test("a lens above the heading of each service's chain in a listing", async () => {
    await vscode.commands.executeCommand('hoplens.openDemoCluster');
    const listing = vscode.Uri.parse('hoplens:/worker/host/iptables-list-nat.iptables-list?second');
    const lenses = await lensesOf(listing);
    const lines = (await vscode.workspace.openTextDocument(listing)).getText().split('\n');
    assert.ok(lenses.length >= 4);
    for (const { range, command } of lenses) {
      assert.match(lines[range.start.line] ?? '', /^Chain KUBE-SVC-/);
      assert.match(command?.title ?? '', /^Trace to \S+ \(10\.0\.0\.\d+:\d+\)…$/);
    }
  });

  test('nothing is offered for a file of no cluster', async () => {
    const { uri } = await vscode.workspace.openTextDocument({ language: 'iptables-save', content: SAVE });
    const asking = (await lensesOf(uri)).filter(({ command }) => command?.command === 'hoplens.ask');
    assert.deepEqual(asking, []);
    assert.deepEqual(await linksAt(uri, '-A KUBE-SEP-A', 'DNAT'), {});
  });

  test('the hover of an address leads to a trace to it, and from it', async () => {
    assert.deepEqual(await linksAt(uriOf('ip-addr.txt'), 'inet', '192.168'), {
      'Trace to 192.168.1.12…': { clusterId: CLUSTER, near: NODE, to: '192.168.1.12' },
      'Trace from 192.168.1.12…': { clusterId: CLUSTER, from: '192.168.1.12' },
    });
    const known = { clusterId: CLUSTER, near: NODE, protocol: 'tcp' };
    assert.deepEqual(await linksAt(rules, '-d 10.96.0.1/32', '10.96'), {
      'Trace to 10.96.0.1:80…': { ...known, to: '10.96.0.1:80' },
      'Trace to 10.96.0.1:443…': { ...known, to: '10.96.0.1:443' },
    });
    assert.deepEqual(await linksAt(rules, '10.244.0.0/16', '10.244'), {});
  });

  test('the hover of a rule leads to a trace to where it leads', async () => {
    const known = { clusterId: CLUSTER, near: NODE, protocol: 'tcp' };
    assert.deepEqual(await linksAt(rules, '-A KUBE-SEP-A', 'DNAT'), {
      'Trace to 10.244.0.5:8080…': { ...known, to: '10.244.0.5:8080' },
    });
    assert.deepEqual(await linksAt(rules, '-A POSTROUTING', 'MASQUERADE'), {});
  });
});
