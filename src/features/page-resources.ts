import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { PageResources } from '../webview/page';

const texts = new Map<string, string>();

/** What a page of this extension may load, and what it has in itself. */
export function pageResources(webview: vscode.Webview, extensionUri: vscode.Uri): PageResources {
  const uri = (name: string): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'dist', 'webview', name);
  const text = (name: string): string => {
    const known = texts.get(name) ?? readFileSync(uri(name).fsPath, 'utf8');
    texts.set(name, known);
    return known;
  };
  return {
    address: (name) => webview.asWebviewUri(uri(name)).toString(),
    nonce: randomBytes(16).toString('base64'),
    cspSource: webview.cspSource,
    style: text('trace.css'),
    script: text('trace.js'),
  };
}
