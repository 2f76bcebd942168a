import * as vscode from 'vscode';
import { parseAddress } from '../../core/net/address';
import { type AskedTarget, questionsAbout, type QuestionsAbout } from '../../core/trace/questions-about';
import type { ClusterStore } from '../clusters/cluster-store';
import type { OpenCluster } from '../clusters/open-cluster';
import { ASK, askAddress, type KnownQuestion } from '../known-question';
import { escapeMarkdown } from '../plain-markdown';
import { dumpAddress } from './dump-uri';

/** A dump's cluster, and where the dump is from: what one asks from there starts there, if nothing else is said. */
export interface DumpOrigin {
  readonly open: OpenCluster;
  /** An ENDPOINT. */
  readonly near: string;
}

/** Undefined where the document is no output of a cluster that traces are made in. */
export function dumpOrigin(store: ClusterStore, uri: vscode.Uri): DumpOrigin | undefined {
  const place = dumpAddress(uri);
  const open = place && store.all.find(({ id }) => id === place.clusterId);
  if (!open) return undefined;
  return { open, near: place.namespace === 'host' ? place.node : `${place.node}/${place.namespace}` };
}

/** The address at a place in a document, and the prefix length behind it. */
export interface AddressAt {
  readonly range: vscode.Range;
  readonly text: string;
  readonly length: number | undefined;
}

const ADDRESS = /\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]+/i;

export function addressAt(document: vscode.TextDocument, position: vscode.Position): AddressAt | undefined {
  const range = document.getWordRangeAtPosition(position, ADDRESS);
  if (!range) return undefined;
  const text = document.getText(range);
  if (!parseAddress(text)) return undefined;
  const behind = document.lineAt(range.end.line).text.slice(range.end.character);
  const length = /^\/(\d{1,3})\b/.exec(behind)?.[1];
  return { range, text, length: length === undefined ? undefined : Number(length) };
}

/** What can be asked of that address in the cluster. */
export function questionsAt({ open }: DumpOrigin, { text, length }: AddressAt): QuestionsAbout | undefined {
  const address = parseAddress(text);
  return address && questionsAbout(open.cluster, address, length);
}

export function questionTo({ open, near }: DumpOrigin, target: AskedTarget): KnownQuestion {
  return { clusterId: open.id, near, ...target };
}

/** A service with more ports is asked for by its address. */
const MOST_LINKS = 4;

/** Links that ask, for a hover. What they say may come from a node, and is shown as text. */
export function traceLinks(origin: DumpOrigin, { to, from }: QuestionsAbout): vscode.MarkdownString {
  const link = (title: string, question: KnownQuestion): string =>
    `[${escapeMarkdown(title)}](${askAddress(question)})`;
  const links = to
    .slice(0, MOST_LINKS)
    .map((target) => link(vscode.l10n.t('Trace to {0}…', target.to), questionTo(origin, target)));
  if (from !== undefined) links.push(link(vscode.l10n.t('Trace from {0}…', from), { clusterId: origin.open.id, from }));
  const markdown = new vscode.MarkdownString(links.join(' · '));
  markdown.isTrusted = { enabledCommands: [ASK] };
  return markdown;
}
