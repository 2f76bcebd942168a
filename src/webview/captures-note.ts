import type { LaidOver } from '../core/trace/captures/laid-over';
import { html, type Html } from './html';
import type { PageWords } from './page-words';

/** What the captures that lie over a trace say of it, and which they are. */
export function capturesNote(words: PageWords, { answer, captures, outcomes }: LaidOver): Html {
  const agrees = outcomes.some(({ stands }) => stands);
  return html`<section class="captures ${agrees ? 'agrees' : 'differs'}" aria-label="${words.captures}">
    <p>${answer}</p>
    <ul>
      ${captures.map(
        ({ title, node, namespace, interface: device, ofTrace, packets, problem }) =>
          html`<li>
            ${title}: ${namespace === 'host' ? node : `${node}/${namespace}`} ${device ?? 'any'} (${ofTrace} /
            ${packets})${problem === null ? undefined : html` · ${problem}`}
          </li>`,
      )}
    </ul>
  </section>`;
}
