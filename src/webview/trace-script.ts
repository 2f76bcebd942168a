/// <reference lib="dom" />
import { type FromPage, isPageState } from './messages';
import { onMessageToHost } from './script-messages';

interface Host {
  postMessage(message: FromPage): void;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): Host;

/* The page is made by the host; here its buttons are given their work, and its state is kept for a reload. */
const host = acquireVsCodeApi();
const { state: stateText, focus } = document.body.dataset;
const state: unknown = stateText === undefined ? undefined : JSON.parse(stateText);

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
  if (message.type === 'show-dump' && isPageState(state)) {
    mark(message.shown.step);
    host.setState({ ...state, shown: message.shown });
  }
  host.postMessage(message);
}

function send(event: Event, selector: string): void {
  const target = event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
  const message = target?.dataset['message'];
  if (target === null || message === undefined) return;
  event.preventDefault();
  post(target.ariaPressed === 'true' ? { type: 'close-dump' } : (JSON.parse(message) as FromPage));
}

if (state !== undefined) host.setState(state);
if (isPageState(state)) {
  mark(state.shown?.step);
  reveal(state.shown?.step);
}
reveal(focus)?.querySelector<HTMLElement>('button.show-dump')?.focus();
onMessageToHost(post);
document.addEventListener('click', (event) => {
  send(event, 'a[data-message], button[data-message]');
});
document.addEventListener('change', (event) => {
  send(event, 'input[data-message]');
});
