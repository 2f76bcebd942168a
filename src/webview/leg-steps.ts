import type { Leg, SourceLine, Step } from '../core/trace/result';
import type { LegName } from '../core/trace/way';
import { html, type Html } from './html';
import type { FromPage } from './messages';
import { socketOf } from '../core/trace/socket-text';
import type { PageWords } from './page-words';
import { stepId } from './way-table';

/**
 * The steps of a packet's way, each with its place, its rule and the packet behind it. `id`: of the outcome; its rows are
 * found by it. `sources`: whether steps lead to their dumps.
 */
export function legSection(words: PageWords, name: LegName, leg: Leg, id: string, sources = true): Html {
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
        ${steps.flatMap((step, at) => stepRows(words, step, steps[at - 1], (inner) => stepId(id, name, [at, ...inner]), sources))}
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
  sources: boolean,
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
    <td role="cell">${step.source && sources ? stepLinks(words, step, step.source, idOf([])) : undefined}</td>
  </tr>`;
  const { outer } = step;
  if (!outer) return [row];
  const inner = html`<tr role="row" class="outer">
    <td role="cell" colspan="4">
      <details>
        <summary>${words.outerPacket}</summary>
        <table class="steps" role="table">
          <tbody role="rowgroup">
            ${outer.flatMap((one, at) => stepRows(words, one, outer[at - 1], (inner) => idOf([at, ...inner]), sources))}
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
