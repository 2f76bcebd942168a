import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/* An extension that exists for the bench alone: the empty panel that the trace's is held against, and keys for both. */

/** Keys, by what they do. */
export const KEYS = {
  empty: 'Control+Alt+7',
  /** Reads the snapshot anew: nobody has looked into it then. */
  read: 'Control+Alt+8',
  trace: 'Control+Alt+9',
  close: 'Control+Alt+0',
} as const;

export interface Asked {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
}

/** Writes it into a folder of extensions. */
export function writePanelExtension(extensions: string, snapshot: string, asked: Asked): void {
  const folder = join(extensions, 'bench.panel-1.0.0');
  mkdirSync(folder, { recursive: true });
  const keybindings = Object.entries(KEYS).map(([name, key]) => ({
    command: name === 'close' ? 'workbench.action.closeAllEditors' : `bench.${name}`,
    key: key.toLowerCase().replace('control', 'ctrl'),
  }));
  const manifest = {
    name: 'panel',
    publisher: 'bench',
    version: '1.0.0',
    engines: { vscode: '^1.105.0' },
    main: './main.js',
    activationEvents: ['onStartupFinished'],
    contributes: { keybindings },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(folder, 'main.js'),
    `const vscode = require('vscode');
const snapshot = vscode.Uri.file(${JSON.stringify(snapshot)});
exports.activate = () => {
  let times = 0;
  const { executeCommand, registerCommand } = vscode.commands;
  const shown = vscode.window.createStatusBarItem('bench', vscode.StatusBarAlignment.Left);
  registerCommand('bench.empty', () => {
    const panel = vscode.window.createWebviewPanel('bench.empty', 'Empty', vscode.ViewColumn.Active, {
      enableScripts: true,
    });
    panel.webview.html = '<!doctype html><html lang="en"><title>Empty</title><h1>Empty</h1></html>';
  });
  registerCommand('bench.read', async () => {
    if (times === 0) {
      await executeCommand('hoplens.openSnapshot', snapshot);
      // A view in sight would look into it.
      await executeCommand('workbench.action.closeSidebar');
    }
    await executeCommand('hoplens.refresh');
    shown.text = 'read ' + ++times;
  });
  registerCommand('bench.trace', () =>
    executeCommand('hoplens.traceQuestion', { clusterUri: snapshot.toString(), ...${JSON.stringify(asked)} }),
  );
  shown.text = 'bench is ready';
  shown.show();
};
`,
  );
}
