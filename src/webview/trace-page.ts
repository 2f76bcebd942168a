import { changeCommand } from '../core/trace/change-command';
import type { Assumed, Finding, Outcome, TraceResult } from '../core/trace/result';
import type { LaidOver, LaidOverOutcome } from '../core/trace/captures/laid-over';
import { capturesNote } from './captures-note';
import { dumpPane } from './dump-pane';
import { type Compared, comparisonNote, differsHere } from './comparison-note';
import { html, Html } from './html';
import { legSection } from './leg-steps';
import { button, link } from './links';
import type { PageState } from './messages';
import { findingContext, type MenuContext, page, type PageResources } from './page';
import type { PageWords } from './page-words';
import { resolutionNote } from './resolution-note';
import { switches } from './switches';
import { outcomeId, wayTable } from './way-table';

export interface TracePage {
  /** Captures that lie over the trace. */
  readonly laidOver?: LaidOver | undefined;
  /** What this trace is held against. */
  readonly compared?: Compared | undefined;
  readonly words: PageWords;
  readonly result: TraceResult;
  readonly state: PageState;
  /** The id of the row that the user comes back to. */
  readonly focus?: string | undefined;
  readonly context?: MenuContext;
}

/** The document of a trace that is still made: what it says comes as a message, once it is there. */
export function emptyPage(resources: PageResources, words: PageWords, state: PageState, context: MenuContext): string {
  const title = `${state.from} → ${state.to}`;
  return page(resources, { state, title, main: html``, pane: state.shown && dumpPane(words), context });
}

/** The document of a trace. */
export function tracePage(resources: PageResources, trace: TracePage): string {
  const { words, result, state, focus, context } = trace;
  const pane = state.shown && dumpPane(words);
  const [title, main, first] = [result.answer, traceContents(trace), firstLine(result, mainOutcome(trace))];
  return page(resources, { state, title, main, first, pane, focus, context });
}

/** What is said of a trace: the answer first, then each outcome, with the steps of its legs. */
export function traceContents(trace: TracePage): Html {
  const { words, result, state, laidOver, compared } = trace;
  const main = mainOutcome(trace);
  const marksOf = (outcome: Outcome): LaidOverOutcome | undefined =>
    laidOver?.outcomes[result.outcomes.indexOf(outcome)];
  const others = result.outcomes.filter((outcome) => outcome !== main);
  return html`${firstLine(result, main)} ${laidOver && capturesNote(words, laidOver)}
    ${state.changes.length > 0 ? changesNote(words, state) : undefined}
    ${compared && comparisonNote(words, compared, state.comparedWith !== undefined)}
    ${notes(words.notSimulated, result.notSimulated, 'warning')} ${switches(words, result.outcomes, state)}
    ${result.resolution ? resolutionNote(words, result.resolution) : undefined}
    ${main && outcomeSection(words, main, result.outcomes, true, marksOf(main), compared)}
    ${others.length > 0 ? html`<h2>${words.otherOutcomes}</h2>` : undefined}
    ${others.map((outcome) => outcomeSection(words, outcome, result.outcomes, false, marksOf(outcome)))}
    ${notes(words.assumed, result.assumed, 'assumed')}
    <p class="copy-as">
      ${(['text', 'markdown', 'json'] as const).map((format) => button(words.copyAs[format], { type: 'copy-as', format }))}
    </p>`;
}

/** The one that is supported by what was seen, else the first. */
function mainOutcome({ result: { outcomes }, laidOver }: TracePage): Outcome | undefined {
  const supported = outcomes.find(({ supportedBy }) => supportedBy.length > 0);
  return outcomes[laidOver?.supports ?? -1] ?? supported ?? outcomes[0];
}

function firstLine({ answer }: TraceResult, main: Outcome | undefined): Html {
  return html`<h1 class="answer ${main?.verdict}">${answer}</h1>`;
}

function changesNote(words: PageWords, state: PageState): Html {
  return html`<p class="changes">${words.withChanges}</p>
    <pre>${state.changes.map((change) => html`${change.node}: ${changeCommand(change)} `)}</pre>`;
}

function notes(title: string, list: readonly Assumed[], kind: string): Html | undefined {
  if (list.length === 0) return undefined;
  return html`<details class="${kind}" ${kind === 'warning' ? new Html('open') : undefined}>
    <summary>${title} (${list.length})</summary>
    <ul>
      ${list.map((note) => html`<li>${note.text}</li>`)}
    </ul>
  </details>`;
}

function outcomeSection(
  words: PageWords,
  outcome: Outcome,
  all: readonly Outcome[],
  open: boolean,
  marked?: LaidOverOutcome,
  compared?: Compared,
): Html {
  const id = outcomeId(all.indexOf(outcome));
  const one = all.length > 1;
  const share = outcome.probability < 1 ? ` · ${Math.round(outcome.probability * 1000) / 10} %` : '';
  const head = html`<span class="verdict ${outcome.verdict}">${words.verdicts[outcome.verdict]}${share}</span>
    ${outcome.assumptions.map((fact) => html`<span class="fact">${words.if} ${fact.text}</span>`)}`;
  return html`<section class="outcome">
    <details ${open ? new Html('open') : undefined}>
      <summary>
        ${one ? head : html`<span class="verdict ${outcome.verdict}">${words.verdicts[outcome.verdict]}${share}</span>`}
      </summary>
      ${
        marked?.difference
          ? html`<p class="against">✗ ${words.speaksAgainst} ${marked.difference.text}.</p>`
          : undefined
      }
      ${wayTable(words, outcome, id, { laidOver: marked, differs: compared && differsHere(compared, outcome) })}
      ${outcome.findings.map((finding) => findingBox(words, finding))} ${supported(words, outcome)}
      ${legSection(words, 'request', outcome.request, id)}
      ${outcome.reply ? legSection(words, 'reply', outcome.reply, id) : undefined}
      ${outcome.ack ? legSection(words, 'ack', outcome.ack, id) : undefined}
      ${outcome.data ? legSection(words, 'data', outcome.data, id) : undefined}
    </details>
  </section>`;
}

function supported(words: PageWords, { supportedBy }: Outcome): Html | undefined {
  if (supportedBy.length === 0) return undefined;
  return html`<p class="supported">${words.supportedBy}</p>
    <ul>
      ${supportedBy.map((one) => html`<li>${one.text} ${link(words, one)}</li>`)}
    </ul>`;
}

function findingBox(words: PageWords, finding: Finding): Html {
  const { fix } = finding;
  return html`<div class="finding ${finding.severity}" data-vscode-context="${findingContext(finding.node)}">
    <p>${finding.message}</p>
    ${finding.evidence.length > 0 ? evidenceList(words, finding) : undefined}
    ${
      fix
        ? html`<p class="fix">${fix.title}</p>
            <pre>${fix.changes.map((change) => html`${change.node}: ${changeCommand(change)} `)}</pre>
            ${fix.effect ? html`<p>${words.effect} ${fix.effect.text}</p>` : undefined}
            <p>
              ${button(words.traceWith, { type: 'trace-with', changes: fix.changes })}
              ${button(words.makePlan, { type: 'make-plan', title: fix.title, changes: fix.changes })}
              ${button(words.copy, { type: 'copy', text: fix.changes.map(changeCommand).join('\n') })}
            </p>`
        : undefined
    }
  </div>`;
}

function evidenceList(words: PageWords, { evidence }: Finding): Html {
  return html`<ul class="evidence">
    ${evidence.map((one) => html`<li>${one.text === undefined ? undefined : html`<code>${one.text}</code> `}${link(words, one)}</li>`)}
  </ul>`;
}
