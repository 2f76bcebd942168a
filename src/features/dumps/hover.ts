import * as vscode from 'vscode';
import { parseAddress } from '../../core/net/address';
import { destinationOf } from '../../core/netfilter/destination';
import { chainWords, explainRule } from '../../core/netfilter/explain';
import type { Rule } from '../../core/netfilter/rule';
import type { Cluster } from '../../core/snapshot/cluster';
import { nameAddress } from '../../core/snapshot/names';
import { targetAt } from '../../core/trace/questions-about';
import type { ClusterStore } from '../clusters/cluster-store';
import { plainMarkdown } from '../plain-markdown';
import { dumpAddress } from './dump-uri';
import type { ParsedDumps } from './parsed-dump';
import { addressAt, dumpOrigin, questionsAt, traceLinks } from './trace-links';

/**
 * What a rule does, where it stands and where it leads, in words, and a link that traces to where it leads. Text from the
 * dump is shown as text.
 */
export class RuleHover implements vscode.HoverProvider {
  constructor(
    private readonly dumps: ParsedDumps,
    private readonly store: ClusterStore,
  ) {}

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
    const words = paragraphs([told.summary, told.why, told.chain, told.leads]);
    const links = this.links(document, position, found.rule);
    return new vscode.Hover(links ? [...words, links] : words, range);
  }

  /** None over an address, which has links of its own. */
  private links(
    document: vscode.TextDocument,
    position: vscode.Position,
    rule: Rule,
  ): vscode.MarkdownString | undefined {
    const origin = dumpOrigin(this.store, document.uri);
    const destination = origin && !addressAt(document, position) && destinationOf(rule);
    return destination ? traceLinks(origin, { to: [targetAt(destination)], from: undefined }) : undefined;
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

/** Whose an address is, in any output of an open cluster, and links that trace to it and from it. */
export class AddressHover implements vscode.HoverProvider {
  constructor(private readonly store: ClusterStore) {}

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const place = dumpAddress(document.uri);
    const cluster = place && this.store.get(place.clusterId)?.cluster;
    const found = cluster && addressAt(document, position);
    if (!found) return undefined;
    const origin = dumpOrigin(this.store, document.uri);
    const about = origin && questionsAt(origin, found);
    const contents = [...paragraphs([ownerWords(cluster, found.text)]), ...(about ? [traceLinks(origin, about)] : [])];
    return contents.length > 0 ? new vscode.Hover(contents, found.range) : undefined;
  }
}

function ownerWords(cluster: Cluster, text: string): string | undefined {
  const address = parseAddress(text);
  const name = address && nameAddress(cluster, address);
  if (!name) return undefined;
  const layers = {
    service: vscode.l10n.t('service address'),
    container: vscode.l10n.t('container address'),
    node: vscode.l10n.t('node address'),
    overlay: vscode.l10n.t('overlay address'),
    outside: vscode.l10n.t('address outside the cluster'),
  };
  return `${layers[name.layer]}: ${name.words}`;
}
