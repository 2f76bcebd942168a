import { readdir, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, parse as parsePath } from 'node:path';
import SSHConfig, { type Directive, type Line, type Match, type Section } from 'ssh-config';
import { codeOf, messageOf, SshError } from './errors';
import { expandHome } from './expand';
import type { LocalUser } from './local-user';
import { matchesPattern } from './pattern';

/** As in ssh (readconf.h, READCONF_MAX_DEPTH). */
const MAX_DEPTH = 16;

/** A Host or Match block, or what stands outside of one, with the files it includes in their places. */
export interface ConfigBlock {
  readonly host: readonly string[] | undefined;
  readonly match: readonly Criterion[] | undefined;
  readonly entries: readonly ConfigEntry[];
}

/** A line, or what a file that is included in its place says. */
export type ConfigEntry = { readonly name: string; readonly words: readonly string[] } | readonly ConfigBlock[];

export interface Criterion {
  readonly name: string;
  readonly negated: boolean;
  readonly patterns: readonly string[];
}

/** Reads a configuration and everything it includes. A file that does not exist is empty, unless it is `required`. */
export async function readConfig(
  file: string,
  me: LocalUser,
  { required = false, base = dirname(file) }: { readonly required?: boolean; readonly base?: string } = {},
  depth = 0,
): Promise<ConfigBlock[]> {
  let lines: readonly Line[];
  try {
    lines = SSHConfig.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && !required) return [];
    throw new SshError('settings', `The SSH configuration ${file} cannot be read (${messageOf(error)}); correct it.`);
  }
  if (depth > MAX_DEPTH) throw new SshError('settings', `${file} includes itself; correct its Include lines.`);
  const include = async (pattern: string): Promise<ConfigBlock[]> => {
    const path = expandHome(pattern, me);
    const blocks: ConfigBlock[] = [];
    for (const found of await filesLike(isAbsolute(path) ? path : join(base, path)))
      blocks.push(...(await readConfig(found, me, { base }, depth + 1)));
    return blocks;
  };
  const block = async (of: readonly Line[], head: Pick<ConfigBlock, 'host' | 'match'>): Promise<ConfigBlock> => {
    const entries: ConfigEntry[] = [];
    for (const line of of) {
      if (!isDirective(line) || 'config' in line) continue;
      const name = line.param.toLowerCase();
      if (name !== 'include') entries.push({ name, words: words(line.value) });
      else for (const pattern of words(line.value)) entries.push(await include(pattern));
    }
    return { ...head, entries };
  };
  const blocks = [await block(lines, { host: undefined, match: undefined })];
  for (const line of lines) {
    if (!isDirective(line) || !('config' in line)) continue;
    const isMatch = 'criteria' in line;
    const head = { host: isMatch ? undefined : words(line.value), match: isMatch ? criteria(line) : undefined };
    blocks.push(await block(line.config, head));
  }
  return blocks;
}

function isDirective(line: Line): line is Directive | Section | Match {
  return line.type === SSHConfig.DIRECTIVE;
}

function words(value: Directive['value']): string[] {
  return typeof value === 'string' ? [value] : value.map(({ val }) => val);
}

function criteria(line: Match): Criterion[] {
  return Object.entries(line.criteria).map(([key, value]) => ({
    name: key.replace(/^!/, '').toLowerCase(),
    negated: key.startsWith('!'),
    patterns: words(value).flatMap((word) => word.split(',')),
  }));
}

/** glob(7) with `*` and `?`, in the order of the names. */
async function filesLike(pattern: string): Promise<string[]> {
  const { root } = parsePath(pattern);
  let found = [root];
  for (const part of pattern.slice(root.length).split(/[/\\]/).filter(Boolean)) {
    if (!/[*?]/.test(part)) {
      found = found.map((folder) => join(folder, part));
      continue;
    }
    const inside = found.map(async (folder) => {
      const names = await readdir(folder).catch(() => []);
      const matching = names.filter((name) => matchesPattern(name, part) && (!name.startsWith('.') || part[0] === '.'));
      return matching.sort().map((name) => join(folder, name));
    });
    found = (await Promise.all(inside)).flat();
  }
  return found;
}
