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

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-message]') : null;
  const message = target?.dataset['message'];
  if (message === undefined) return;
  event.preventDefault();
  host.postMessage(JSON.parse(message) as FromPage);
});
