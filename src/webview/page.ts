import { html, Html } from './html';

/** What the webview may load, and the nonce of its scripts. */
export interface PageResources {
  /** The address of a file of the page. */
  address(name: string): string;
  readonly nonce: string;
  readonly cspSource: string;
  /** Every page's own, put into it: it is shown without a question to the editor for each. */
  readonly style: string;
  readonly script: string;
}

/** What a page consists of. */
export interface PageParts {
  readonly state: unknown;
  readonly title: string;
  readonly main: Html;
  /** What of it is painted before the rest is laid out. */
  readonly first?: Html;
  /** Where the dump of a step is to be shown, the place for it: only then Monaco is loaded. */
  readonly pane?: Html | undefined;
  /** The row that the user comes back to. */
  readonly focus?: string | undefined;
  /** What the page's context menu is told wherever it is opened. */
  readonly context?: MenuContext | undefined;
}

/** What stands in `data-vscode-context`: the editor puts together what an element and those around it have. */
export type MenuContext = Readonly<Record<string, string>>;

/** For an element with a finding in it, which is of this node. */
export function findingContext(node: string | null): string | undefined {
  const context: MenuContext | undefined = node === null ? undefined : { webviewSection: 'finding', from: node };
  return context && JSON.stringify(context);
}

/** The document around the contents of a page. The state is what VS Code gives back after a reload of the window. */
export function page(
  resources: PageResources,
  { state, title, main, first, pane, focus, context = {} }: PageParts,
): string {
  const { nonce, style, script } = resources;
  const styles = pane ? ['monaco.css', 'dump.css'] : [];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy(resources, pane !== undefined)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${new Html(`<style nonce="${nonce}">${style}</style>`)}
        ${styles.map((name) => html`<link rel="stylesheet" href="${resources.address(name)}" />`)}
        <title>${title}</title>
      </head>
      <body
        data-state="${JSON.stringify(state)}"
        data-focus="${focus}"
        data-vscode-context="${JSON.stringify(context)}"
      >
        <main>${first ?? main}</main>
        ${first && html`<template id="rest">${main}</template>`} ${pane}
        ${new Html(`<script nonce="${nonce}">${script}</script>`)}
        ${pane && html`<script nonce="${nonce}" src="${resources.address('monaco.js')}"></script>`}
      </body>
    </html>`.text;
}

/** Monaco positions its lines by style attributes, writes its colours into style elements, and has icons as a font. */
function policy({ nonce, cspSource }: PageResources, monaco: boolean): string {
  const styles = monaco
    ? `style-src ${cspSource} 'unsafe-inline'; font-src ${cspSource}`
    : `style-src 'nonce-${nonce}'`;
  return `default-src 'none'; ${styles}; script-src 'nonce-${nonce}'`;
}

/** In place of a trace that cannot be made yet. */
export function waitingPage(resources: PageResources, state: unknown, text: string): string {
  return page(resources, { state, title: text, main: html`<h1 class="answer">${text}</h1>` });
}
