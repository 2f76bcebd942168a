import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Registers its exit handler first: processes end before the folders they write to go.
import './process.mjs';

const folders = new Set();

const remove = (folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });

/** A new empty folder and the function that removes it; removed at the latest when this process ends. */
export function temporaryFolder(name) {
  const path = realpathSync(mkdtempSync(join(tmpdir(), `hoplens-${name}-`)));
  folders.add(path);
  return {
    path,
    remove: () => {
      folders.delete(path);
      remove(path);
    },
  };
}

process.on('exit', () => {
  for (const folder of folders) remove(folder);
});
