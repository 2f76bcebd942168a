import type { Outcome, PacketRecord } from '../core/trace/result';
import {
  isBackward,
  type Lane,
  type LegName,
  type Stack,
  type StepNumber,
  type Stop,
  type Way,
  wayOf,
} from '../core/trace/way';
import type { LaidOverOutcome, Mark } from '../core/trace/captures/laid-over';
import { stopMark } from '../core/trace/captures/stop-mark';
import { html, type Html } from './html';
import type { PageWords } from './page-words';
import { socketOf } from '../core/trace/socket-text';

/** The id of an outcome in the page, by its place. */
export function outcomeId(at: number): string {
  return `outcome-${at + 1}`;
}

/** The id of a step's row in the page. `outcome`: that of the outcome. */
export function stepId(outcome: string, leg: Lane['leg'], number: StepNumber): string {
  return [outcome, leg, ...number].join('-');
}

/**
 * The way as one would draw it: a column for each network namespace, the request in one lane and the reply in another,
 * each stop a link to its step. A table, so that it can be heard as well as seen; its roles are written out, since a narrow
 * page lays it out as boxes below each other.
 */
export function wayTable(words: PageWords, outcome: Outcome, id: string, { laidOver, differs }: WayMarks = {}): Html {
  const way = wayOf(outcome);
  return html`<div class="way">
    <table role="table">
      <caption>
        ${words.way}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          <td role="cell"></td>
          ${way.stacks.map((stack) => html`<th role="columnheader" scope="col">${heading(stack, way)}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${way.lanes.map((lane) =>
          laneRow(words, way, lane, id, (at, stop) => {
            const stack = way.stacks[at];
            return {
              seen: stack && laidOver && stopMark(laidOver, lane.leg, stack, stop),
              differs: differs?.(lane.leg, stop.step) === true,
            };
          }),
        )}
      </tbody>
    </table>
  </div>`;
}

function heading({ node, namespace }: Stack, { stacks }: Way): Html {
  if (namespace === 'host') return html`${node}`;
  const alone = stacks.every((other) => other.node === node);
  return html`${namespace}${alone ? undefined : html`<span class="on"> ${node}</span>`}`;
}

function laneRow(words: PageWords, way: Way, lane: Lane, id: string, markAt: MarkAt): Html {
  // Numbered as the packet goes: a reply passes the columns from the last to the first.
  const order = lane.stops.map((_, at) => at);
  if (isBackward(lane.leg)) order.reverse();
  const first = new Map<number, number>();
  let count = 1;
  for (const at of order) {
    first.set(at, count);
    count += lane.stops[at]?.length ?? 0;
  }
  return html`<tr role="row" class="lane ${isBackward(lane.leg) ? 'backward' : 'forward'}">
    <th role="rowheader" scope="row">${words[lane.leg]}</th>
    ${lane.stops.map((stops, at) => {
      const inside = cell(words, lane, stops, first.get(at) ?? 1, id, (stop) => markAt(at, stop));
      const stack = way.stacks[at];
      return html`<td role="cell" data-stack="${stack && placeOf(stack)}" class="${inside ? 'passed' : 'apart'}">
        ${inside}
      </td>`;
    })}
  </tr>`;
}

function placeOf({ node, namespace }: Stack): string {
  return namespace === 'host' ? node : `${node}/${namespace}`;
}

function cell(
  words: PageWords,
  { leg }: Lane,
  stops: readonly Stop[],
  from: number,
  id: string,
  markOf: (stop: Stop) => StopMarks,
): Html | undefined {
  if (stops.length === 0) return undefined;
  return html`<ol>
    ${stops.map((stop, at) => {
      const { seen, differs } = markOf(stop);
      return html`<li class="${classOf(stop)}${differs ? ' differs' : ''}">
        <a href="#${stepId(id, leg, stop.step)}" title="${titleOf(words, stop)}"
          ><span class="number">${from + at}</span>
          ${textOf(words, stop)}${seen && sign(SIGNS[seen], words.marks[seen], seen)}${
            differs ? sign('≠', words.differs, 'other') : undefined
          }</a
        >
      </li>`;
    })}
  </ol>`;
}

/** What is said of the stops, beside what they are. */
export interface WayMarks {
  /** Whether their packets were captured. */
  readonly laidOver?: LaidOverOutcome | undefined;
  /** Whether the step is another one in the trace that this one is held against. */
  readonly differs?: ((leg: LegName, step: StepNumber) => boolean) | undefined;
}

interface StopMarks {
  readonly seen: Mark | undefined;
  readonly differs: boolean;
}

/** `at`: which stack of the way. */
type MarkAt = (at: number, stop: Stop) => StopMarks;

const SIGNS: Readonly<Record<Mark, string>> = { seen: '✓', 'not-seen': '✗', unknown: '–' };

function sign(text: string, said: string, kind: string): Html {
  return html` <span class="mark ${kind}" role="img" aria-label="${said}" title="${said}">${text}</span>`;
}

function classOf(stop: Stop): string {
  if (stop.kind === 'interface') return stop.outer ? 'interface outer' : 'interface';
  return stop.kind === 'end' ? `end ${stop.verdict}` : stop.kind;
}

function textOf(words: PageWords, stop: Stop): Html {
  switch (stop.kind) {
    case 'interface':
      return html`<b>${stop.name}</b> ${stop.direction === 'in' ? words.in : words.out}${
          stop.outer ? html` <span class="wrapped">${words.inTunnel}</span>` : undefined
        }`;
    case 'nat':
      return html`${natText(stop.before, stop.after)}`;
    case 'end':
      return stop.verdict === 'delivered'
        ? html`${words.delivered}`
        : html`<b>${words.verdicts[stop.verdict]}</b>${stop.reason === null ? undefined : html`: ${stop.reason}`}`;
  }
}

function titleOf(words: PageWords, stop: Stop): string {
  if (stop.kind === 'interface') return packetText(stop.packet);
  return stop.kind === 'nat' ? `${packetText(stop.before)} ⇒ ${packetText(stop.after)}` : words.toStep;
}

function natText(before: PacketRecord, after: PacketRecord): string {
  const from = [socketOf(before.src, before.sport), socketOf(after.src, after.sport)];
  const to = [socketOf(before.dst, before.dport), socketOf(after.dst, after.dport)];
  return [
    ...(from[0] === from[1] ? [] : [`source ${from.join(' ⇒ ')}`]),
    ...(to[0] === to[1] ? [] : [`destination ${to.join(' ⇒ ')}`]),
  ].join(', ');
}

function packetText({ src, sport, dst, dport, proto }: PacketRecord): string {
  return `${proto} ${socketOf(src, sport)} → ${socketOf(dst, dport)}`;
}
