import * as vscode from 'vscode';
import { parseAddress } from '../../core/net/address';
import { chainWords, explainRule } from '../../core/netfilter/explain';
import { nameAddress } from '../../core/snapshot/names';
import type { ClusterStore } from '../clusters/cluster-store';
import { plainMarkdown } from '../plain-markdown';
import { dumpAddress } from './dump-uri';
import type { ParsedDumps } from './parsed-dump';

/** What a rule does, where it stands and where it leads, in words. Text from the dump is shown as text. */
export class RuleHover implements vscode.HoverProvider {
  constructor(private readonly dumps: ParsedDumps) {}

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const dump = this.dumps.get(document);
    const line = position.line + 1;
    const range = document.lineAt(position.line).range;
    const titles = (chain: string): string | undefined => dump.names.chain(chain);
    const chain = dump.chains.get(line);
    if (chain) {
      const words = chainWords(chain.chain.name, titles);
      const uses = usesOf(chain.table, chain.chain.name);
      return new vscode.Hover(paragraphs([words, uses]), range);
    }
    const found = dump.rules.get(line);
    if (!found) return undefined;
    const told = explainRule(found.rule, found.table.name, dump.names, titles);
    return new vscode.Hover(paragraphs([told.summary, told.why, told.chain, told.leads]), range);
  }
}

function usesOf(table: Parameters<typeof countUses>[0], name: string): string {
  const count = countUses(table, name);
  return count === 1 ? vscode.l10n.t('One rule leads here.') : vscode.l10n.t('{0} rules lead here.', count);
}

function countUses(
  table: { chains: ReadonlyMap<string, { rules: readonly { syntax: { target: { module: string } | undefined } }[] }> },
  name: string,
): number {
  let count = 0;
  for (const chain of table.chains.values())
    count += chain.rules.filter((rule) => rule.syntax.target?.module === name).length;
  return count;
}

function paragraphs(texts: readonly (string | undefined)[]): vscode.MarkdownString[] {
  return texts.flatMap((text) => (text === undefined || text === '' ? [] : [plainMarkdown(text)]));
}

/** Whose an address is, in any output of an open cluster. */
export class AddressHover implements vscode.HoverProvider {
  constructor(private readonly store: ClusterStore) {}

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const place = dumpAddress(document.uri);
    const cluster = place && this.store.get(place.clusterId)?.cluster;
    const range = document.getWordRangeAtPosition(position, /\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]+/i);
    const address = range && parseAddress(document.getText(range));
    const name = cluster && address && nameAddress(cluster, address);
    if (!name) return undefined;
    const layers = {
      service: vscode.l10n.t('service address'),
      container: vscode.l10n.t('container address'),
      node: vscode.l10n.t('node address'),
      overlay: vscode.l10n.t('overlay address'),
      outside: vscode.l10n.t('address outside the cluster'),
    };
    return new vscode.Hover(paragraphs([`${layers[name.layer]}: ${name.words}`]), range);
  }
}
