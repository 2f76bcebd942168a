import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Cluster } from '../../src/core/snapshot/cluster';
import { parseSnapshot } from '../../src/core/snapshot/format';

/** The demo clusters, packed as the build packs them and read back as anybody would read them. */
export async function demoClusters(): Promise<{ readonly first: Cluster; readonly second: Cluster }> {
  const script = pathToFileURL(resolve('scripts/demo.mjs')).href;
  const { packDemo } = (await import(script)) as { packDemo: (from: string, to: string) => Promise<void> };
  const folder = mkdtempSync(join(tmpdir(), 'hoplens-demo-'));
  try {
    await packDemo('media/demo', folder);
    const read = (name: string): Cluster => {
      const result = parseSnapshot(readFileSync(join(folder, `${name}.hoplens.json`), 'utf8'));
      if ('error' in result) throw new Error(result.error.message);
      return new Cluster(result.snapshot);
    };
    return { first: read('first'), second: read('second') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
