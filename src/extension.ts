import * as vscode from 'vscode';

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.commands.registerCommand('hoplens.openDemoCluster', () =>
      vscode.window.showInformationMessage(vscode.l10n.t('Demo cluster opened.')),
    ),
  );
}
