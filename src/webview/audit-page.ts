import type { Audit, Cause, Pair } from '../core/audit/audit';
import { html, type Html } from './html';
import type { FromAuditPage } from './messages';
import { findingContext, type MenuContext, page, type PageResources } from './page';

/** The words of an audit's page, in the language of the editor. */
export interface AuditWords {
  readonly title: string;
  readonly verdicts: Readonly<Record<Pair['verdict'], string>>;
  readonly from: string;
  readonly nothing: string;
  readonly allWell: string;
  readonly causes: string;
  /** Before a pair that fails only under some assumption. */
  readonly possibly: string;
  readonly fix: string;
}

/** Every service from every origin: a matrix, each cell leads to its trace; then the causes of what fails. */
export function auditPage(
  resources: PageResources,
  words: AuditWords,
  audit: Audit,
  state: unknown,
  context: MenuContext,
): string {
  const { pairs, causes } = audit;
  const well = pairs.every(({ verdict }) => verdict === 'connected');
  const contents =
    pairs.length === 0
      ? html`<h1 class="answer">${words.nothing}</h1>`
      : html`<h1 class="answer ${well ? 'connected' : 'undetermined'}">${well ? words.allWell : words.title}</h1>
          ${matrix(words, pairs)} ${causes.length > 0 ? html`<h2>${words.causes}</h2>` : undefined}
          ${causes.map((cause) => causeBox(words, cause, pairs))}`;
  return page(resources, { state, title: words.title, main: contents, context });
}

function matrix(words: AuditWords, pairs: readonly Pair[]): Html {
  const origins = [...new Set(pairs.map(({ from }) => from))];
  const targets = pairs.filter(({ from }) => from === origins[0]);
  return html`<div class="matrix">
    <table>
      <thead>
        <tr>
          <th scope="col">${words.from}</th>
          ${targets.map(({ service, to, protocol }) => html`<th scope="col">${service}<span class="on"> ${to}/${protocol}</span></th>`)}
        </tr>
      </thead>
      <tbody>
        ${origins.map(
          (origin) =>
            html`<tr>
              <th scope="row">${origin}</th>
              ${pairs.flatMap((pair, at) => (pair.from === origin ? [html`<td>${cell(words, pair, at)}</td>`] : []))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function cell(words: AuditWords, { verdict, answer }: Pair, at: number): Html {
  return html`<a href="#" class="cell ${verdict}" title="${answer}" data-message="${messageFor(at)}"
    >${words.verdicts[verdict]}</a
  >`;
}

function causeBox(words: AuditWords, { node, title, fix, pairs: places }: Cause, pairs: readonly Pair[]): Html {
  return html`<div class="finding error" data-vscode-context="${findingContext(node)}">
    <p class="cause">${title}</p>
    <ul>
      ${places.flatMap((at) => {
        const pair = pairs[at];
        if (!pair) return [];
        const sure = pair.verdict !== 'depends';
        return [
          html`<li>
            <a href="#" data-message="${messageFor(at)}">${pair.from} → ${pair.service} ${pair.to}/${pair.protocol}</a>
            ${sure ? undefined : words.possibly}
          </li>`,
        ];
      })}
    </ul>
    ${fix === null ? undefined : html`<p class="fix">${words.fix} ${fix}</p>`}
  </div>`;
}

function messageFor(pair: number): string {
  const message: FromAuditPage = { type: 'trace', pair };
  return JSON.stringify(message);
}
