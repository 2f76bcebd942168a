import type { EvidenceLine } from '../core/trace/result';
import { html, type Html } from './html';
import type { FromPage } from './messages';
import type { PageWords } from './page-words';

/** A button that asks something of the editor. */
export function button(title: string, message: FromPage): Html {
  return html`<button type="button" data-message="${JSON.stringify(message)}">${title}</button> `;
}

/** To a line of an output, in the editor. */
export function link(words: PageWords, { node, namespace, output, line }: EvidenceLine): Html {
  const message: FromPage = { type: 'open', source: { node, namespace, output, line } };
  const where = namespace === 'host' ? node : `${node}/${namespace}`;
  return html`<a href="#" data-message="${JSON.stringify(message)}">${where} ${output}, ${words.line} ${line}</a> `;
}
