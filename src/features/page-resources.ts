import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { PageResources } from '../webview/page';

/** What a page of this extension may load. */
export function pageResources(webview: vscode.Webview, extensionUri: vscode.Uri): PageResources {
  return {
    address: (name) => webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', 'webview', name)).toString(),
    nonce: randomBytes(16).toString('base64'),
    cspSource: webview.cspSource,
  };
}
