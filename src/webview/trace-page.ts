import { changeCommand } from '../core/trace/change-command';
import type { Assumed, EvidenceLine, Finding, Leg, Outcome, SourceLine, Step, TraceResult } from '../core/trace/result';
import type { LaidOver, LaidOverOutcome } from '../core/trace/captures/laid-over';
import { capturesNote } from './captures-note';
import { dumpPane } from './dump-pane';
import { html, Html } from './html';
import type { LegName } from '../core/trace/way';
import type { FromPage, PageState } from './messages';
import { socketOf } from './packet';
import { page, type PageResources } from './page';
import type { PageWords } from './page-words';
import { switches } from './switches';
import { outcomeId, stepId, wayTable } from './way-table';

export interface TracePage {
  /** Captures that lie over the trace. */
  readonly laidOver?: LaidOver;
  readonly words: PageWords;
  readonly result: TraceResult;
  readonly state: PageState;
  /** The id of the row that the user comes back to. */
  readonly focus?: string | undefined;
}

/** The document of a trace: the answer first, then each outcome, with the steps of its legs. */
export function tracePage(resources: PageResources, { words, result, state, laidOver, focus }: TracePage): string {
  const supported = result.outcomes.find((outcome) => outcome.supportedBy.length > 0);
  const main = result.outcomes[laidOver?.supports ?? -1] ?? supported ?? result.outcomes[0];
  const marksOf = (outcome: Outcome): LaidOverOutcome | undefined =>
    laidOver?.outcomes[result.outcomes.indexOf(outcome)];
  const others = result.outcomes.filter((outcome) => outcome !== main);
  const contents = html`<h1 class="answer ${main?.verdict}">${result.answer}</h1>
    ${laidOver && capturesNote(words, laidOver)} ${state.changes.length > 0 ? changesNote(words, state) : undefined}
    ${notes(words.notSimulated, result.notSimulated, 'warning')} ${switches(words, result.outcomes, state)}
    ${main && outcomeSection(words, main, result.outcomes, true, marksOf(main))}
    ${others.length > 0 ? html`<h2>${words.otherOutcomes}</h2>` : undefined}
    ${others.map((outcome) => outcomeSection(words, outcome, result.outcomes, false, marksOf(outcome)))}
    ${notes(words.assumed, result.assumed, 'assumed')}
    <p class="copy-as">
      ${(['text', 'markdown', 'json'] as const).map((format) => button(words.copyAs[format], { type: 'copy-as', format }))}
    </p>`;
  const pane = state.shown && dumpPane(words);
  return page(resources, { state, title: result.answer, main: contents, pane, focus });
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
      ${wayTable(words, outcome, id, marked)} ${outcome.findings.map((finding) => findingBox(words, finding))}
      ${supported(words, outcome)} ${legSection(words, 'request', outcome.request, id)}
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
  return html`<div class="finding ${finding.severity}">
    <p>${finding.message}</p>
    ${finding.evidence.length > 0 ? evidenceList(words, finding) : undefined}
    ${
      fix
        ? html`<p class="fix">${fix.title}</p>
            <pre>${fix.changes.map((change) => html`${change.node}: ${changeCommand(change)} `)}</pre>
            ${fix.effect ? html`<p>${words.effect} ${fix.effect.text}</p>` : undefined}
            <p>
              ${button(words.traceWith, { type: 'trace-with', changes: fix.changes })}
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

function button(title: string, message: FromPage): Html {
  return html`<button type="button" data-message="${JSON.stringify(message)}">${title}</button> `;
}

function link(words: PageWords, { node, namespace, output, line }: EvidenceLine): Html {
  const message: FromPage = { type: 'open', source: { node, namespace, output, line } };
  const where = namespace === 'host' ? node : `${node}/${namespace}`;
  return html`<a href="#" data-message="${JSON.stringify(message)}">${where} ${output}, ${words.line} ${line}</a> `;
}

function legSection(words: PageWords, name: LegName, leg: Leg, outcome: string): Html {
  const { steps } = leg;
  const place = [leg.end.node, leg.end.namespace === 'host' ? null : leg.end.namespace, leg.end.interface]
    .filter((part) => part !== null)
    .join(' ');
  return html`<details class="leg" open>
    <summary>
      <span class="leg-name">${words[name]}</span>
      <span class="${leg.verdict}"
        >${leg.verdict === 'delivered' ? leg.verdict : `${leg.verdict}: ${leg.reason ?? ''}`}</span
      >
      <span class="place">${words.ends} ${place}</span>
    </summary>
    <table class="steps" role="table">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">${words.where}</th>
          <th role="columnheader" scope="col">${words.what}</th>
          <th role="columnheader" scope="col">${words.packet}</th>
          <th role="columnheader" scope="col">${words.source}</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${steps.flatMap((step, at) => stepRows(words, step, steps[at - 1], (inner) => stepId(outcome, name, [at, ...inner])))}
      </tbody>
    </table>
  </details>`;
}

/** `idOf`: the id of the row of this step, or of one within its outer packet. */
function stepRows(
  words: PageWords,
  step: Step,
  before: Step | undefined,
  idOf: (inner: readonly number[]) => string,
): Html[] {
  const place = placeOf(step);
  const hook = [step.hook, step.table ?? (step.kind === 'policy' ? null : step.kind)]
    .filter((part) => part !== null)
    .join(' ');
  const ending = /^(dropped|rejected)/.test(step.effect) ? 'ending' : '';
  const row = html`<tr role="row" id="${idOf([])}" class="${step.kind} ${ending}">
    <td role="cell">${before && placeOf(before) === place ? undefined : html`<b>${place}</b><br />`}${hook}</td>
    <td role="cell">
      ${step.text === '' ? undefined : html`<code>${step.text}</code>`}
      <span class="effect">${step.effect}</span>
    </td>
    <td role="cell">${packetText(step)}</td>
    <td role="cell">${step.source ? stepLinks(words, step, step.source, idOf([])) : undefined}</td>
  </tr>`;
  const { outer } = step;
  if (!outer) return [row];
  const inner = html`<tr role="row" class="outer">
    <td role="cell" colspan="4">
      <details>
        <summary>${words.outerPacket}</summary>
        <table class="steps" role="table">
          <tbody role="rowgroup">
            ${outer.flatMap((one, at) => stepRows(words, one, outer[at - 1], (inner) => idOf([at, ...inner])))}
          </tbody>
        </table>
      </details>
    </td>
  </tr>`;
  return [row, inner];
}

/** To the line in the editor, and beside it the switch that shows it here. */
function stepLinks(words: PageWords, { node, namespace }: Step, { output, line }: SourceLine, step: string): Html {
  const source = { node, namespace, output, line };
  const open: FromPage = { type: 'open', source };
  const show: FromPage = { type: 'show-dump', shown: { step, source } };
  return html`<a href="#" data-message="${JSON.stringify(open)}">${output}:${line}</a>
    <button
      type="button"
      class="show-dump"
      aria-pressed="false"
      aria-label="${words.showDump}: ${output}:${line}"
      title="${words.showDump}"
      data-message="${JSON.stringify(show)}"
    ></button>`;
}

function placeOf(step: Step): string {
  return step.namespace === 'host' ? step.node : `${step.node}/${step.namespace}`;
}

/** The packet after the step; what the step has changed is marked. */
function packetText({ packet, before }: Step): Html {
  const source = socketOf(packet.src, packet.sport);
  const destination = socketOf(packet.dst, packet.dport);
  const mark = packet.mark === 0 ? '' : `mark 0x${packet.mark.toString(16)}`;
  const changed = (now: string, then: string | undefined): Html =>
    then !== undefined && then !== now ? html`<mark>${now}</mark>` : html`${now}`;
  return html`${changed(source, before && socketOf(before.src, before.sport))} →
  ${changed(destination, before && socketOf(before.dst, before.dport))}
  ${mark === '' ? undefined : changed(mark, before && `mark 0x${before.mark.toString(16)}`)}`;
}
