import * as vscode from 'vscode';
import { likeliest } from '../../core/trace/likeliest';
import { wayImage } from '../../webview/way-image';
import type { ClusterStore } from '../clusters/cluster-store';
import { askCapture } from './ask-capture';
import { askComparison, traceLabel } from './ask-comparison';
import type { PinnedTraces } from './pins';
import type { RecentQuestions } from './recent';
import type { TracePanel } from './trace-panel';
import type { TracePanels } from './trace-panels';
import { pageWords } from './words';

/** The commands for the trace that the user looks at. */
export function registerPanelCommands(
  store: ClusterStore,
  panels: TracePanels,
  pins: PinnedTraces,
  recent: RecentQuestions,
): vscode.Disposable {
  const withPanel = (action: (panel: TracePanel) => Promise<void>) => (): Promise<void> | undefined => {
    const panel = panels.active;
    if (panel) return action(panel);
    void vscode.window.showInformationMessage(vscode.l10n.t('Open a trace first.'));
    return undefined;
  };

  const layCapture = async (panel: TracePanel): Promise<void> => {
    if (!panel.trace) return;
    const capture = await askCapture(panel.trace.cluster);
    if (capture) await panel.update({ captures: [...panel.trace.state.captures, capture] });
  };

  const pin = async ({ trace }: TracePanel): Promise<void> => {
    if (!trace) return;
    const { label } = await pins.add(traceLabel(store, trace.state, trace.result), trace.result);
    vscode.window.setStatusBarMessage(vscode.l10n.t('Pinned: {0}', label), SHOWN_MS);
  };

  const compare = async (panel: TracePanel): Promise<void> => {
    if (!panel.trace) return;
    const pinned = await askComparison(store, pins, recent.all, panel.trace.state);
    if (pinned) await panel.update({ comparedWith: pinned.id });
  };

  const saveImage = async ({ trace }: TracePanel): Promise<void> => {
    const outcome = trace && likeliest(trace.result);
    if (!outcome) return;
    const name = `${trace.state.from}-${trace.state.to}`.replace(/[^\w.-]+/g, '-');
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const uri = await vscode.window.showSaveDialog({
      ...(folder && { defaultUri: vscode.Uri.joinPath(folder, `${name}.svg`) }),
      filters: { [vscode.l10n.t('Image')]: ['svg'] },
      saveLabel: vscode.l10n.t('Save Image'),
    });
    if (!uri) return;
    const image = wayImage(pageWords(), trace.result, outcome);
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(image));
  };

  return vscode.Disposable.from(
    vscode.commands.registerCommand('hoplens.saveTraceImage', withPanel(saveImage)),
    vscode.commands.registerCommand('hoplens.layCapture', withPanel(layCapture)),
    vscode.commands.registerCommand('hoplens.pinTrace', withPanel(pin)),
    vscode.commands.registerCommand('hoplens.compareTrace', withPanel(compare)),
  );
}

/** How long the status bar says that something was done. */
const SHOWN_MS = 5000;
