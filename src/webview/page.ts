import type { Html } from './html';
import { html } from './html';

/** What the webview may load, and the nonce of its scripts. */
export interface PageResources {
  /** The address of a file of the page. */
  address(name: string): string;
  readonly nonce: string;
  readonly cspSource: string;
}

/** What a page consists of. */
export interface PageParts {
  readonly state: unknown;
  readonly title: string;
  readonly main: Html;
  /** Where the dump of a step is to be shown, the place for it: only then Monaco is loaded. */
  readonly pane?: Html | undefined;
  /** The row that the user comes back to. */
  readonly focus?: string | undefined;
}

/** The document around the contents of a page. The state is what VS Code gives back after a reload of the window. */
export function page(resources: PageResources, { state, title, main, pane, focus }: PageParts): string {
  const { nonce } = resources;
  const styles = pane ? ['trace.css', 'monaco.css', 'dump.css'] : ['trace.css'];
  const scripts = pane ? ['trace.js', 'monaco.js'] : ['trace.js'];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy(resources, pane !== undefined)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${styles.map((name) => html`<link rel="stylesheet" href="${resources.address(name)}" />`)}
        <title>${title}</title>
      </head>
      <body data-state="${JSON.stringify(state)}" data-focus="${focus}">
        <main>${main}</main>
        ${pane} ${scripts.map((name) => html`<script nonce="${nonce}" src="${resources.address(name)}"></script>`)}
      </body>
    </html>`.text;
}

/** Monaco positions its lines by style attributes, writes its colours into style elements, and has icons as a font. */
function policy({ nonce, cspSource }: PageResources, monaco: boolean): string {
  const styles = monaco ? `style-src ${cspSource} 'unsafe-inline'; font-src ${cspSource}` : `style-src ${cspSource}`;
  return `default-src 'none'; ${styles}; script-src 'nonce-${nonce}'`;
}

/** In place of a trace that cannot be made yet. */
export function waitingPage(resources: PageResources, state: unknown, text: string): string {
  return page(resources, { state, title: text, main: html`<h1 class="answer">${text}</h1>` });
}
