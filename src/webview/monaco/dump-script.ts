/// <reference lib="dom" />
import { sendToHost } from '../script-messages';
import { isToPage } from '../to-page';
import { DumpView } from './dump-view';
import { Hovers } from './hovers';
import { followTheme } from './theme';

/* The dump beside the steps. This script is loaded with the place for it, and not before. */
async function start(text: HTMLElement): Promise<void> {
  await followTheme();
  const hovers = new Hovers((id, place) => {
    sendToHost({ type: 'hover', id, place });
  });
  const view = new DumpView(text, hovers);
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!isToPage(data)) return;
    if (data.type === 'hover') hovers.answer(data.id, data.paragraphs);
    else if (data.type === 'dump') {
      document.querySelector('#dump-title')?.replaceChildren(data.dump.title);
      view.show(data.dump, data.focus);
    }
  });
  document.querySelector('#open-in-editor')?.addEventListener('click', () => {
    if (view.source) sendToHost({ type: 'open', source: view.source });
  });
  // Behind what Escape closes in the text: its search, a hover.
  text.closest('aside')?.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) sendToHost({ type: 'close-dump' });
  });
  sendToHost({ type: 'dump-ready' });
}

const text = document.querySelector<HTMLElement>('#dump-text');
if (text) void start(text);
