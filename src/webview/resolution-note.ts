import type { NameResolution, NameServer } from '../core/trace/result';
import { html, Html } from './html';
import { button, link } from './links';
import type { PageWords } from './page-words';

/** How the name of the destination became its address: the first part of the way. */
export function resolutionNote(words: PageWords, resolution: NameResolution): Html {
  const { name, address, source, search, ndots, asked, servers, libraries } = resolution;
  const lost = servers.some(
    ({ cluster, trace }) => cluster && trace?.outcomes.some(({ verdict }) => verdict !== 'connected'),
  );
  return html`<details class="resolution" ${lost ? new Html('open') : undefined}>
    <summary>${words.name}: <b>${name}</b> → <b>${address}</b></summary>
    <p>
      <code>search ${search.join(' ')}</code> <code>ndots:${ndots}</code>
      ${source ? link(words, source) : words.noResolvConf}
    </p>
    <ol>
      ${asked.map((one) => html`<li><code>${one.name}</code>: ${one.address ?? words.noSuchName}</li>`)}
    </ol>
    <ul>
      ${servers.map((server) => serverItem(words, server))}
    </ul>
    <p><b>glibc</b>: ${libraries.glibc}.</p>
    <p><b>musl</b>: ${libraries.musl}.</p>
  </details>`;
}

function serverItem(words: PageWords, { address, cluster, trace }: NameServer): Html {
  const verdicts = [...new Set(trace?.outcomes.map(({ verdict }) => verdict))];
  const to = address.includes(':') ? `[${address}]:53` : `${address}:53`;
  return html`<li>
    ${words.nameServer} <b>${address}</b> ${cluster ? undefined : `(${words.notTheClusters})`}
    ${verdicts.map((verdict) => html`<span class="verdict ${verdict}">${words.verdicts[verdict]}</span> `)}
    ${trace ? html`${trace.answer} ${button(words.traceThis, { type: 'trace-to', to, protocol: 'udp' })}` : undefined}
  </li>`;
}
