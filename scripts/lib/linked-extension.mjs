import { mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Installs the working tree into an extensions folder, as links, so that it runs as any installed extension does: no
 * development mode, which a server has only together with test hooks that hide notifications. Links to the parts, not
 * to the whole: an editor that removes the extension then removes links.
 */
export function linkExtension(extensions) {
  const { publisher, name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const folder = join(extensions, `${publisher}.${name}-${version}`);
  mkdirSync(folder, { recursive: true });
  for (const entry of readdirSync('.'))
    if (!entry.startsWith('.') && entry !== 'node_modules') symlinkSync(resolve(entry), join(folder, entry));
}
