import * as vscode from 'vscode';
import type { QuestionsAbout } from '../../core/trace/questions-about';
import type { ClusterStore } from '../clusters/cluster-store';
import { ASK, type KnownQuestion } from '../known-question';
import { addressAt, type DumpOrigin, dumpOrigin, questionsAt, questionTo } from './trace-links';

/** Traces to and from the address at the cursor, in any output of a cluster. */
export function registerTraceCommands(store: ClusterStore): vscode.Disposable {
  const atCursor =
    (ask: (origin: DumpOrigin, about: QuestionsAbout) => Promise<KnownQuestion | undefined>) => async () => {
      const editor = vscode.window.activeTextEditor;
      const origin = editor && dumpOrigin(store, editor.document.uri);
      const address = editor && addressAt(editor.document, editor.selection.active);
      const about = origin && address && questionsAt(origin, address);
      if (!origin || !about) {
        void vscode.window.showInformationMessage(vscode.l10n.t("Put the cursor on a host's address first."));
        return;
      }
      const question = await ask(origin, about);
      if (question) await vscode.commands.executeCommand(ASK, question);
    };
  const to = async (origin: DumpOrigin, { to: targets }: QuestionsAbout): Promise<KnownQuestion | undefined> => {
    const [only, ...others] = targets;
    if (!only || others.length === 0) return only && questionTo(origin, only);
    const items = targets.map((target) => ({ label: target.to, description: target.protocol ?? '', target }));
    const chosen = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('To which port?') });
    return chosen && questionTo(origin, chosen.target);
  };
  const from = ({ open }: DumpOrigin, about: QuestionsAbout): Promise<KnownQuestion | undefined> => {
    if (about.from === undefined)
      void vscode.window.showInformationMessage(
        vscode.l10n.t('No node, pod or container of the cluster has this address.'),
      );
    return Promise.resolve(about.from === undefined ? undefined : { clusterId: open.id, from: about.from });
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand('hoplens.traceToAddress', atCursor(to)),
    vscode.commands.registerCommand('hoplens.traceFromAddress', atCursor(from)),
  );
}
