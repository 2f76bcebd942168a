import { join } from 'node:path';
import { type ConfigBlock, type ConfigEntry, type Criterion, readConfig } from './config-lines';
import type { ConfigReader } from './config-values';
import type { Destination } from './destination';
import type { LocalUser } from './local-user';
import { matchesPatterns } from './pattern';

/** Options of which every line counts; of the others the first does. */
const LISTS: ReadonlySet<string> = new Set(['identityfile', 'certificatefile']);

/**
 * The user's configuration and the system's, or `file` alone: read without OpenSSH, for machines that have none. Nothing
 * is run for it: a Match by `exec`, and one by anything but names, matches nothing.
 */
export function configFiles(file: string | undefined, me: LocalUser): ConfigReader {
  return async (destination) => {
    const evaluation = new Evaluation(destination, me);
    for (const blocks of await allConfigs(file, me)) evaluation.add(blocks);
    return evaluation.values;
  };
}

/** The names of hosts that a configuration speaks of one by one, in its order. */
export async function hostNames(file: string | undefined, me: LocalUser): Promise<string[]> {
  const names: string[] = [];
  const visit = (blocks: readonly ConfigBlock[]): void => {
    for (const { host, entries } of blocks) {
      names.push(...(host ?? []).filter((name) => !/[*?!]/.test(name)));
      for (const entry of entries) if (isInclude(entry)) visit(entry);
    }
  };
  for (const blocks of await allConfigs(file, me)) visit(blocks);
  return [...new Set(names)];
}

async function allConfigs(file: string | undefined, me: LocalUser): Promise<ConfigBlock[][]> {
  // Relative Include lines are relative to ~/.ssh, wherever the user's file stands (ssh_config(5)).
  const base = join(me.home, '.ssh');
  if (file !== undefined) return [await readConfig(file, me, { required: true, base })];
  const system = me.platform === 'win32' ? join(me.environment['ProgramData'] ?? 'C:\\ProgramData', 'ssh') : '/etc/ssh';
  return [await readConfig(join(base, 'config'), me, { base }), await readConfig(join(system, 'ssh_config'), me)];
}

function isInclude(entry: ConfigEntry): entry is readonly ConfigBlock[] {
  return Array.isArray(entry);
}

class Evaluation {
  readonly values = new Map<string, readonly string[]>();

  constructor(
    private readonly destination: Destination,
    private readonly me: LocalUser,
  ) {
    if (destination.user !== undefined) this.values.set('user', [destination.user]);
    if (destination.port !== undefined) this.values.set('port', [String(destination.port)]);
  }

  add(blocks: readonly ConfigBlock[]): void {
    for (const block of blocks)
      if (this.applies(block))
        for (const entry of block.entries) {
          if (isInclude(entry)) this.add(entry);
          else this.set(entry.name, entry.words);
        }
  }

  private set(name: string, words: readonly string[]): void {
    const before = this.values.get(name);
    if (before === undefined) this.values.set(name, [words.join(' ')]);
    else if (LISTS.has(name)) this.values.set(name, [...before, ...words]);
  }

  private applies({ host, match }: ConfigBlock): boolean {
    if (host) return matchesPatterns(this.destination.host, host);
    return match?.every((criterion) => this.satisfies(criterion) !== criterion.negated) ?? true;
  }

  private satisfies({ name, negated, patterns }: Criterion): boolean {
    const original = this.destination.host;
    switch (name) {
      case 'all':
        return true;
      case 'originalhost':
        return matchesPatterns(original, patterns);
      case 'host':
        return matchesPatterns(this.first('hostname')?.replaceAll('%h', original) ?? original, patterns);
      case 'user':
        return matchesPatterns(this.first('user') ?? this.me.name, patterns);
      case 'localuser':
        return matchesPatterns(this.me.name, patterns);
      default:
        return negated;
    }
  }

  private first(name: string): string | undefined {
    return this.values.get(name)?.[0];
  }
}
