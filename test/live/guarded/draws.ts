import { createHash } from 'node:crypto';

/** Numbers from 0 to 1 that follow from a text. */
export function drawsFrom(text: string): () => number {
  let count = 0;
  return () => createHash('sha256').update(`${text} ${count++}`).digest().readUInt32BE() / 2 ** 32;
}
