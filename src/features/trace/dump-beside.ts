import * as vscode from 'vscode';
import type { TraceResult } from '../../core/trace/result';
import { matchedLines } from '../../webview/matched-lines';
import type { DumpPlace, ShownStep } from '../../webview/messages';
import type { Dump } from '../../webview/to-page';
import { dumpUri } from '../dumps/dump-uri';

/** The output that a step comes from, as the page shows it beside the steps. `clusterId`: that of the open cluster. */
export async function dumpOf(clusterId: string, { outcomes }: TraceResult, shown: ShownStep): Promise<Dump> {
  const { source } = shown;
  const document = await vscode.workspace.openTextDocument(dumpUri({ clusterId, ...source }));
  return {
    title: `${source.namespace === 'host' ? source.node : `${source.node}/${source.namespace}`} ${source.output}`,
    language: document.languageId,
    text: document.getText(),
    source,
    matched: matchedLines(outcomes, shown),
  };
}

/** What the editor's own hovers say of a place, as Markdown. */
export async function hoverTexts(clusterId: string, place: DumpPlace): Promise<string[]> {
  const hovers = await vscode.commands.executeCommand<readonly vscode.Hover[]>(
    'vscode.executeHoverProvider',
    dumpUri({ clusterId, ...place }),
    new vscode.Position(Math.max(place.line, 1) - 1, place.column - 1),
  );
  return hovers.flatMap(({ contents }) =>
    contents.flatMap((one) => (one instanceof vscode.MarkdownString ? [one.value] : [])),
  );
}
