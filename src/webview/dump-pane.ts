import { html, type Html } from './html';
import type { FromPage } from './messages';
import type { PageWords } from './page-words';

/** Where the dump of a step is shown. What it shows comes as a message, once the page is there. */
export function dumpPane(words: PageWords): Html {
  const close: FromPage = { type: 'close-dump' };
  return html`<aside class="dump" aria-labelledby="dump-title">
    <header>
      <h2 id="dump-title"></h2>
      <button type="button" id="open-in-editor">${words.openInEditor}</button>
      <button type="button" data-message="${JSON.stringify(close)}">${words.closeDump}</button>
    </header>
    <div id="dump-text" data-label="${words.dumpLabel}"></div>
  </aside>`;
}
