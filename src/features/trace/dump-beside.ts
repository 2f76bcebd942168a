import * as vscode from 'vscode';
import type { TraceResult } from '../../core/trace/result';
import { matchedLines } from '../../webview/matched-lines';
import type { DumpPlace, ShownStep } from '../../webview/messages';
import type { Dump, ToPage } from '../../webview/to-page';
import { dumpUri } from '../dumps/dump-uri';

/** The dump beside the steps of a trace: what its page is told. */
export class DumpBeside {
  /** Whether the user has just asked for a dump, and goes on there once it is shown. */
  private asked = false;

  constructor(private readonly webview: vscode.Webview) {}

  /** The user wants to go on in the dump that is sent next. */
  ask(): void {
    this.asked = true;
  }

  /** Shows the output that a step comes from. `clusterId`: that of the open cluster. */
  async show(clusterId: string, result: TraceResult, step: ShownStep): Promise<void> {
    const dump = await dumpOf(clusterId, result, step);
    const focus = this.asked;
    this.asked = false;
    await this.send({ type: 'dump', dump, focus });
  }

  /** Answers what the page asks of a place. It is always answered, since the page waits for it. */
  async answer(clusterId: string, id: number, place: DumpPlace): Promise<void> {
    await this.send({ type: 'hover', id, paragraphs: await hoverTexts(clusterId, place).catch(() => []) });
  }

  private async send(message: ToPage): Promise<void> {
    await this.webview.postMessage(message);
  }
}

async function dumpOf(clusterId: string, { outcomes }: TraceResult, shown: ShownStep): Promise<Dump> {
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

/** What the editor's own hovers say of a place, as Markdown; without the links, which ask the editor. */
async function hoverTexts(clusterId: string, place: DumpPlace): Promise<readonly string[]> {
  const hovers = await vscode.commands.executeCommand<readonly vscode.Hover[]>(
    'vscode.executeHoverProvider',
    dumpUri({ clusterId, ...place }),
    new vscode.Position(Math.max(place.line, 1) - 1, place.column - 1),
  );
  return hovers.flatMap(({ contents }) =>
    contents.flatMap((one) => (one instanceof vscode.MarkdownString && !one.isTrusted ? [one.value] : [])),
  );
}
