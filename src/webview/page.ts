import type { Html } from './html';
import { html } from './html';
import type { PageState } from './messages';

/** What the webview may load, and the nonce of its script. */
export interface PageResources {
  readonly style: string;
  readonly script: string;
  readonly nonce: string;
  readonly cspSource: string;
}

/** The document around the contents of a page. The state is what VS Code gives back after a reload of the window. */
export function page(resources: PageResources, state: unknown, title: string, main: Html): string {
  const { style, script, nonce, cspSource } = resources;
  const policy = `default-src 'none'; style-src ${cspSource}; script-src 'nonce-${nonce}'`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="stylesheet" href="${style}" />
        <title>${title}</title>
      </head>
      <body data-state="${JSON.stringify(state)}">
        <main>${main}</main>
        <script nonce="${nonce}" src="${script}"></script>
      </body>
    </html>`.text;
}

/** In place of a trace that cannot be made yet. */
export function waitingPage(resources: PageResources, state: PageState, text: string): string {
  return page(resources, state, text, html`<h1 class="answer">${text}</h1>`);
}
