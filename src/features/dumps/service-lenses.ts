import * as vscode from 'vscode';
import { formatSocket } from '../../core/net/address';
import type { ProxiedPort } from '../../core/kubernetes/kube-proxy';
import { targetAt } from '../../core/trace/questions-about';
import type { ClusterStore } from '../clusters/cluster-store';
import { askCommand } from '../known-question';
import type { ParsedDump, ParsedDumps } from './parsed-dump';
import { type DumpOrigin, dumpOrigin, questionTo } from './trace-links';

/** Above the chain of each service what traces to it: one lens a service port, however many rules it has. */
export class ServiceLenses implements vscode.CodeLensProvider {
  constructor(
    private readonly dumps: ParsedDumps,
    private readonly store: ClusterStore,
  ) {}

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const origin = dumpOrigin(this.store, document.uri);
    if (!origin) return [];
    const dump = this.dumps.get(document);
    const done = new Set<number>();
    return dump.names.ports.flatMap((port) => {
      const line = lineOf(document, dump, port);
      // An external address leads to the chain of the service address, which stands first.
      if (line === undefined || done.has(line)) return [];
      done.add(line);
      return [new vscode.CodeLens(new vscode.Range(line - 1, 0, line - 1, 0), lensCommand(origin, port))];
    });
  }
}

/** Where its chain can be read: in a listing its heading; iptables-save declares all chains first, and has the rules below. */
function lineOf(
  document: vscode.TextDocument,
  { ruleset }: ParsedDump,
  { chain: name }: ProxiedPort,
): number | undefined {
  const chain = name === undefined ? undefined : ruleset.tables.get('nat')?.chains.get(name);
  return document.languageId === 'iptables-list' ? chain?.line : chain?.rules[0]?.line;
}

function lensCommand(origin: DumpOrigin, { name, address, port, protocol }: ProxiedPort): vscode.Command {
  const socket = formatSocket(address, port);
  const title = name === undefined ? socket : `${name} (${socket})`;
  // A title may have icons, and text from nodes may not.
  const text = vscode.l10n.t('Trace to {0}…', title).replaceAll('$(', '\\$(');
  return askCommand(text, questionTo(origin, targetAt({ address, port, protocol })));
}
