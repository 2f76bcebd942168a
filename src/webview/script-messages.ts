/// <reference lib="dom" />
import type { FromPage } from './messages';

/* The editor's interface can be had once in a page: the script that has it posts the messages of the other one. */
const EVENT = 'hoplens-to-host';

export function sendToHost(message: FromPage): void {
  document.dispatchEvent(new CustomEvent(EVENT, { detail: message }));
}

export function onMessageToHost(post: (message: FromPage) => void): void {
  document.addEventListener(EVENT, (event) => {
    if (event instanceof CustomEvent) post(event.detail as FromPage);
  });
}
