/// <reference lib="dom" />
import type { FromPage } from './messages';

interface Host {
  postMessage(message: FromPage): void;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): Host;

/* The page is made by the host; here its buttons are given their work, and its state is kept for a reload. */
const host = acquireVsCodeApi();
const { state } = document.body.dataset;
if (state !== undefined) host.setState(JSON.parse(state));

function send(event: Event, selector: string): void {
  const target = event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
  const message = target?.dataset['message'];
  if (message === undefined) return;
  event.preventDefault();
  host.postMessage(JSON.parse(message) as FromPage);
}
document.addEventListener('click', (event) => {
  send(event, 'a[data-message], button[data-message]');
});
document.addEventListener('change', (event) => {
  send(event, 'input[data-message]');
});
