import type { DumpPlace } from '../messages';

/** Questions to the editor what there is to say of a place, and its answers. */
export class Hovers {
  private readonly waiting = new Map<number, (paragraphs: readonly string[]) => void>();
  private last = 0;

  constructor(private readonly send: (id: number, place: DumpPlace) => void) {}

  /** Nothing is said once it is cancelled. */
  ask(place: DumpPlace, onCancelled: (cancel: () => void) => void): Promise<readonly string[]> {
    const id = ++this.last;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      onCancelled(() => {
        this.answer(id, []);
      });
      this.send(id, place);
    });
  }

  answer(id: number, paragraphs: readonly string[]): void {
    this.waiting.get(id)?.(paragraphs);
    this.waiting.delete(id);
  }
}
