import type { Outcome, TraceResult } from '../core/trace/result';
import { isBackward, type Lane, type Stack, type Stop, wayOf } from '../core/trace/way';
import { html, Html } from './html';
import { socketOf } from '../core/trace/socket-text';
import type { PageWords } from './page-words';

/*
 * The drawing of a trace as an image that stands by itself: SVG, on white, nothing loaded. Sizes in pixels. Text is set in
 * a fixed pitch, so that its width is known.
 */
const CHARACTER = 7.3;
const LINE = 20;
const PADDING = 16;
const BOX_GAP = 8;
const LANE_WIDTH = 90;
const LEAST_COLUMN = 160;
const MOST_CHARACTERS = 44;

const INK = '#1f1f1f';
const FAINT = '#6b6b6b';
const GOOD = '#2e7d32';
const BAD = '#c62828';
const CHANGED = '#1565c0';

/** A stop as it is drawn. */
interface Box {
  readonly lines: readonly string[];
  readonly colour: string;
  readonly dashed: boolean;
}

/** The way of an outcome, its answer above it. */
export function wayImage(words: PageWords, { answer }: Pick<TraceResult, 'answer'>, outcome: Outcome): string {
  const way = wayOf(outcome);
  const cells = way.lanes.map((lane) => lane.stops.map((stops, at) => boxesOf(words, stops, numberBefore(lane, at))));
  const widths = way.stacks.map((stack, at) =>
    Math.max(
      LEAST_COLUMN,
      ...[[nameOf(stack)], ...cells.flatMap((row) => (row[at] ?? []).map(({ lines }) => lines))].map(widthOf),
    ),
  );
  const heights = cells.map((row) => Math.max(...row.map(heightOf)) + 2 * PADDING);
  const width = Math.max(LANE_WIDTH + sum(widths), 640) + 2 * PADDING;
  const title = wrap(answer, Math.floor((width - 2 * PADDING) / CHARACTER));
  const top = PADDING + title.length * LINE + PADDING;
  const head = top + LINE + PADDING;
  const height = head + sum(heights) + PADDING;
  const xOf = (at: number): number => PADDING + LANE_WIDTH + sum(widths.slice(0, at));
  const yOf = (at: number): number => head + sum(heights.slice(0, at));

  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
    role="img"
    font-family="monospace"
    font-size="12"
  >
    <title>${answer}</title>
    <rect width="${width}" height="${height}" fill="white" />
    ${title.map((line, at) => text(line, PADDING, PADDING + (at + 0.7) * LINE, INK, true))}
    ${way.stacks.map((stack, at) => html`<rect x="${xOf(at)}" y="${top}" width="${widths[at]}" height="${height - top - PADDING}" fill="none" stroke="#bdbdbd" />${text(nameOf(stack), xOf(at) + PADDING, top + LINE, INK, true)}`)}
    ${way.lanes.map(
      (lane, row) =>
        html`${text(`${words[lane.leg]} ${isBackward(lane.leg) ? '←' : '→'}`, PADDING, yOf(row) + PADDING + 14, INK, true)}
        ${(cells[row] ?? []).map((boxes, at) => column(boxes, xOf(at) + PADDING, yOf(row) + PADDING, (widths[at] ?? 0) - 2 * PADDING))}`,
    )}
  </svg>`.text;
}

/** How many stops the packet has passed before it comes to a stack. */
function numberBefore({ leg, stops }: Lane, at: number): number {
  return sum((isBackward(leg) ? stops.slice(at + 1) : stops.slice(0, at)).map(({ length }) => length));
}

function boxesOf(words: PageWords, stops: readonly Stop[], before: number): Box[] {
  return stops.map((stop, at) => {
    const { said, colour } = drawn(words, stop);
    return {
      lines: wrap(`${before + at + 1} ${said}`, MOST_CHARACTERS),
      colour,
      dashed: stop.kind === 'interface' && stop.outer,
    };
  });
}

function drawn(words: PageWords, stop: Stop): { said: string; colour: string } {
  switch (stop.kind) {
    case 'interface': {
      const inTunnel = stop.outer ? ` ${words.inTunnel}` : '';
      return { said: `${stop.name} ${stop.direction === 'in' ? words.in : words.out}${inTunnel}`, colour: FAINT };
    }
    case 'nat': {
      const { before, after } = stop;
      const [source, destination] = [
        [socketOf(before.src, before.sport), socketOf(after.src, after.sport)],
        [socketOf(before.dst, before.dport), socketOf(after.dst, after.dport)],
      ].map(([then, now]) => (then === now ? [] : [`${then ?? ''} ⇒ ${now ?? ''}`]));
      return { said: [...(source ?? []), ...(destination ?? [])].join(', '), colour: CHANGED };
    }
    case 'end':
      return stop.verdict === 'delivered'
        ? { said: words.delivered, colour: GOOD }
        : { said: `${words.verdicts[stop.verdict]}${stop.reason === null ? '' : `: ${stop.reason}`}`, colour: BAD };
  }
}

function column(boxes: readonly Box[], x: number, y: number, width: number): Html {
  let top = y;
  return new Html(
    boxes
      .map((box) => {
        const height = box.lines.length * LINE;
        const drawnBox = html`<rect
            x="${x}"
            y="${top}"
            width="${width}"
            height="${height}"
            rx="3"
            fill="white"
            stroke="${box.colour}"
            stroke-width="${box.colour === BAD || box.colour === GOOD ? 2 : 1}"
            ${box.dashed ? new Html('stroke-dasharray="4 3"') : undefined}
          />
          ${box.lines.map((line, at) => text(line, x + 8, top + (at + 0.7) * LINE, INK, false))}`;
        top += height + BOX_GAP;
        return drawnBox.text;
      })
      .join(''),
  );
}

function text(content: string, x: number, y: number, colour: string, bold: boolean): Html {
  return html`<text x="${x}" y="${y}" fill="${colour}" font-weight="${bold ? 'bold' : 'normal'}">${content}</text>`;
}

const nameOf = ({ node, namespace }: Stack): string => (namespace === 'host' ? node : `${node}/${namespace}`);

const widthOf = (lines: readonly string[]): number =>
  Math.max(...lines.map(({ length }) => length)) * CHARACTER + 16 + 2 * PADDING;

const heightOf = (boxes: readonly Box[]): number => sum(boxes.map(({ lines }) => lines.length * LINE + BOX_GAP));

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Breaks at blanks. */
function wrap(content: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of content.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
