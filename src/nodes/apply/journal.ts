import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeOperations } from '../../core/plan/operation';
import { isObject } from '../../core/text/json';
import { codeOf } from '../ssh/errors';

/** What has become of a change of one node, a line of the journal. */
export interface JournalEntry {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** The plan's. */
  readonly name: string;
  readonly who: string;
  readonly result: 'applied' | 'confirmed' | 'reverted' | 'revert failed' | 'unknown';
  /** One sentence, where it failed. */
  readonly problem?: string | undefined;
  /** What was done, with what was there before and is there since, in the node's own words. */
  readonly change: NodeOperations;
}

const FILE = 'applied.jsonl';

/** Of this machine: JSON lines in a folder. */
export class Journal {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly folder: string) {}

  /** Lines of several writers do not mix. Rejects where it cannot be written. */
  add(entry: JournalEntry): Promise<void> {
    const written = this.last.then(async () => {
      await mkdir(this.folder, { recursive: true });
      await appendFile(join(this.folder, FILE), `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    });
    this.last = written.catch(() => undefined);
    return written;
  }

  /** All of it, the oldest first; lines that are damaged are left out. */
  async read(): Promise<JournalEntry[]> {
    let text: string;
    try {
      text = await readFile(join(this.folder, FILE), 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
    return text.split('\n').flatMap((line) => readEntry(line) ?? []);
  }
}

function readEntry(line: string): JournalEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) && typeof value['id'] === 'string' && isObject(value['change'])
      ? (value as unknown as JournalEntry)
      : undefined;
  } catch {
    return undefined;
  }
}
