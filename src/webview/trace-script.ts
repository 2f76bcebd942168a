/// <reference lib="dom" />
import { type FromPage, isPageState } from './messages';
import { patch } from './patch';
import { onMessageToHost } from './script-messages';
import { isToPage } from './to-page';

interface Host {
  postMessage(message: FromPage): void;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): Host;

/* The page is made by the host; here its buttons are given their work, and its state is kept for a reload. */
const host = acquireVsCodeApi();
const { state: stateText, focus } = document.body.dataset;
let state: unknown = stateText === undefined ? undefined : JSON.parse(stateText);

function keep(next: unknown): void {
  state = next;
  if (state === undefined) return;
  host.setState(state);
  if (isPageState(state)) mark(state.shown?.step);
}

/** Marks the switch of the step whose dump is shown. */
function mark(step: string | undefined): void {
  for (const button of document.querySelectorAll('button.show-dump'))
    button.setAttribute('aria-pressed', String(step !== undefined && button.closest('tr')?.id === step));
}

/** Brings a row in sight, out of what is folded. */
function reveal(step: string | undefined): HTMLElement | null {
  const row = step === undefined ? null : document.getElementById(step);
  for (let at = row?.closest('details'); at; at = at.parentElement?.closest('details')) at.open = true;
  row?.scrollIntoView({ block: 'center' });
  return row;
}

function post(message: FromPage): void {
  if (message.type === 'show-dump' && isPageState(state)) keep({ ...state, shown: message.shown });
  host.postMessage(message);
}

function send(event: Event, selector: string): void {
  const target = event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
  const message = target?.dataset['message'];
  if (target === null || message === undefined) return;
  event.preventDefault();
  post(target.ariaPressed === 'true' ? { type: 'close-dump' } : (JSON.parse(message) as FromPage));
}

/** What is to be said once the first line has been painted: the answer goes before the drawing. */
let due: string | undefined;

function sayAfterPaint(contents: string): void {
  due = contents;
  requestAnimationFrame(() =>
    setTimeout(() => {
      if (due !== undefined) say(due);
    }),
  );
}

/** What the page says is another now, since it is of something else or was read anew. */
function say(contents: string): void {
  const next = made(contents);
  due = undefined;
  if (main) patch(main, next);
  if (isPageState(state)) mark(state.shown?.step);
  if (filled) return;
  filled = true;
  if (isPageState(state)) reveal(state.shown?.step);
  reveal(focus)?.querySelector<HTMLElement>('button.show-dump')?.focus();
}

function made(contents: string): Element {
  const element = document.createElement('main');
  element.innerHTML = contents;
  return element;
}

const main = document.querySelector('main');
const rest = document.querySelector('template#rest');
/** Whether the page says all it has to say. */
let filled = rest === null && main?.childElementCount !== 0;

keep(state);
if (rest) sayAfterPaint(rest.innerHTML);
onMessageToHost(post);
document.addEventListener('click', (event) => {
  send(event, 'a[data-message], button[data-message]');
});
document.addEventListener('change', (event) => {
  send(event, 'input[data-message]');
});
window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  if (!isToPage(data) || data.type !== 'contents') return;
  keep(data.state);
  if (filled) say(data.contents);
  else {
    if (main?.childElementCount === 0) main.append(...made(data.contents).querySelectorAll('h1'));
    sayAfterPaint(data.contents);
  }
});
post({ type: 'ready' });
