import type { LaidOver } from '../core/trace/captures/laid-over';
import { html, type Html } from './html';
import { button } from './links';
import type { PageWords } from './page-words';

/** What the captures that lie over a trace say of it, and which they are. */
export function capturesNote(words: PageWords, { answer, captures, outcomes }: LaidOver): Html {
  const agrees = outcomes.some(({ stands }) => stands);
  return html`<section class="captures ${agrees ? 'agrees' : 'differs'}" aria-label="${words.captures}">
    <p>${answer}</p>
    <ul>
      ${captures.map(
        ({ title, node, namespace, interface: device, ofTrace, packets, problem }, at) =>
          html`<li>
            ${title}: ${namespace === 'host' ? node : `${node}/${namespace}`} ${device ?? words.anyInterface},
            ${words.packetsOf(ofTrace, packets)}${problem === null ? undefined : html` · ${problem}`}
            ${button(words.removeCapture, { type: 'remove-capture', at })}
          </li>`,
      )}
    </ul>
  </section>`;
}
