import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';

const LISTING = vscode.Uri.parse('hoplens:/master/host/iptables-list-nat.iptables-list?first');

/** What the author of the founding document writes beside his rules, and what a hover must say for it. */
const ANNOTATIONS: readonly (readonly [chain: string, row: RegExp, says: RegExp])[] = [
  ['PREROUTING', /KUBE-SERVICES/, /All packets go through KUBE-SERVICES/],
  ['PREROUTING', /DOCKER/, /one of this node's own addresses go through DOCKER/],
  ['OUTPUT', /DOCKER/, /not to 127\.0\.0\.0\/8, to one of this node's own addresses, go through DOCKER/],
  [
    'POSTROUTING',
    /MASQUERADE/,
    /from 10\.1\.97\.0\/24, that do not go out on docker0, get the address of the interface/,
  ],
  ['DOCKER', /RETURN/, /come in on docker0 go back to the chain that called this one: nothing is done with them here/],
  ['KUBE-MARK-MASQ', /MARK/, /All packets get mark 0x4000/],
  [
    'KUBE-POSTROUTING',
    /MASQUERADE/,
    /marked 0x4000\/0x4000 get the address of the interface that they leave by as source/,
  ],
  [
    'KUBE-SEP-6BJZJ65EXTPP6DDP',
    /KUBE-MARK-MASQ/,
    /from 192\.168\.199\.238 \(node master \(eth0\)\) go through KUBE-MARK-MASQ/,
  ],
  ['KUBE-SEP-6BJZJ65EXTPP6DDP', /DNAT/, /TCP packets get a new destination: 192\.168\.199\.238:6443 \(node master/],
  [
    'KUBE-SEP-AYYJX6SWUVLQ32JT',
    /DNAT/,
    /UDP packets get a new destination: 10\.1\.97\.4:53 \(container of kube-system\/kube-dns on master\)/,
  ],
  ['KUBE-SEP-C6CZV7HDHZ4XDC2D', /DNAT/, /TCP packets get a new destination: 10\.1\.97\.4:53/],
  ['KUBE-SEP-JZ3RL2WX244TSVRU', /DNAT/, /get a new destination: 10\.1\.97\.2:80 \(pod default\/g2 on master\)/],
  ['KUBE-SEP-URSRY67MZM3XT7NU', /DNAT/, /get a new destination: 10\.1\.97\.5:80 \(pod default\/g3 on master\)/],
  [
    'KUBE-SERVICES',
    /10\.0\.0\.220/,
    /to 10\.0\.0\.220 \(service default\/g2\), port 80, go through KUBE-SVC-GWYMBTJ7K7KSWVEF/,
  ],
  [
    'KUBE-SERVICES',
    /KUBE-NODEPORTS/,
    /It stands last, so that service addresses are tried before ports of the node itself/,
  ],
  [
    'KUBE-SVC-7FIXWSZP6P4B2WBX',
    /KUBE-SEP/,
    /rewrites the destination from the service address to the endpoint's \(service default\/g3/,
  ],
];

async function openListing(): Promise<vscode.TextDocument> {
  await vscode.commands.executeCommand('hoplens.openDemoCluster');
  return vscode.workspace.openTextDocument(LISTING);
}

/** The line of the first row of a chain that matches. */
function rowOf(document: vscode.TextDocument, chain: string, row: RegExp): number {
  const lines = document.getText().split('\n');
  const start = lines.findIndex((line) => line.startsWith(`Chain ${chain} `));
  const offset = lines.slice(start + 1).findIndex((line) => row.test(line));
  assert.ok(start >= 0 && offset >= 0, `no row ${String(row)} in chain ${chain}`);
  return start + 1 + offset;
}

/** What the hovers at a place say, without Markdown's escapes. */
async function hoverAt(document: vscode.TextDocument, line: number, column = 14): Promise<string> {
  const hovers = await vscode.commands.executeCommand<{ contents: vscode.MarkdownString[] }[]>(
    'vscode.executeHoverProvider',
    document.uri,
    new vscode.Position(line, column),
  );
  const markdown = hovers.flatMap((hover) => hover.contents.map((part) => part.value));
  return markdown.join('\n').replace(/\\([!-/:-@[-`{-~])/g, '$1');
}

suite('dumps', () => {
  test('an output opens as a read-only document of its language', async () => {
    const document = await openListing();
    assert.equal(document.languageId, 'iptables-list');
    assert.match(document.getText(), /^Chain PREROUTING \(policy ACCEPT 56 packets, 5242 bytes\)/);
    assert.equal(vscode.workspace.fs.isWritableFileSystem('hoplens'), undefined);
  });

  test('the hover of each rule says what the annotation beside it says', async () => {
    const document = await openListing();
    for (const [chain, row, says] of ANNOTATIONS)
      assert.match(await hoverAt(document, rowOf(document, chain, row)), says);
  });

  test('no rule of either listing is without a hover', async () => {
    await openListing();
    for (const node of ['master', 'worker']) {
      const document = await vscode.workspace.openTextDocument(
        LISTING.with({ path: `/${node}/host/iptables-list-nat.iptables-list` }),
      );
      const rows = document
        .getText()
        .split('\n')
        .flatMap((line, at) => (/^\s*\d+\s+\S+ +[A-Z]/.test(line) ? [at] : []));
      assert.equal(rows.length, 30, `rules of ${node}`);
      for (const row of rows) assert.match(await hoverAt(document, row), /packets/i);
    }
  });

  test('chains are symbols, and jumps lead to them and back', async () => {
    const document = await openListing();
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    assert.deepEqual(
      symbols.map((symbol) => symbol.name),
      ['nat'],
    );
    assert.ok(symbols[0]?.children.some((chain) => chain.name === 'KUBE-SVC-GWYMBTJ7K7KSWVEF'));

    const line = rowOf(document, 'KUBE-SERVICES', /10\.0\.0\.220/);
    const at = new vscode.Position(line, document.lineAt(line).text.indexOf('KUBE-SVC-') + 3);
    const [definition] = await vscode.commands.executeCommand<vscode.Location[]>(
      'vscode.executeDefinitionProvider',
      document.uri,
      at,
    );
    assert.ok(definition);
    assert.match(
      document.lineAt(definition.range.start.line).text,
      /^Chain KUBE-SVC-GWYMBTJ7K7KSWVEF \(1 references\)/,
    );
    const references = await vscode.commands.executeCommand<vscode.Location[]>(
      'vscode.executeReferenceProvider',
      document.uri,
      new vscode.Position(definition.range.start.line, 10),
    );
    assert.deepEqual(
      references.map((reference) => reference.range.start.line),
      [line],
    );
  });

  test('an address in any output is named', async () => {
    await vscode.commands.executeCommand('hoplens.openDemoCluster');
    const document = await vscode.workspace.openTextDocument(
      vscode.Uri.parse('hoplens:/worker/host/tcpdump-eth0.txt?second'),
    );
    const column = document.lineAt(1).text.indexOf('10.1.63.3') + 2;
    assert.match(await hoverAt(document, 1, column), /container address: pod default\/g4 on master/);
  });
});
