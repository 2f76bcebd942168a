import type { Task } from './batch/script';
import { AGENT_PROBE, CONFIG_MAP_PROBES } from './agent-probes';
import type { FoundNamespace } from './namespaces';
import { NODE_PROBES } from './node-probes';
import { PROBES, type Probe } from './probes';

/** A probe that is to run in a namespace. */
export interface PlannedProbe {
  readonly namespace: string;
  readonly probe: Probe;
  /** Its command in each form, as whoever is in the namespace would type it; the task has the same from outside. */
  readonly forms: readonly (readonly string[])[];
  readonly task: Task;
}

export const HOST = 'host';

function formsOf(probe: Probe): (readonly string[])[] {
  return [probe.argv, ...(probe.older ?? [])];
}

/** What is read of a node itself. */
export function hostPlan(): PlannedProbe[] {
  return [...PROBES, ...NODE_PROBES, AGENT_PROBE, ...CONFIG_MAP_PROBES].map((probe) => {
    const forms = formsOf(probe);
    return { namespace: HOST, probe, forms, task: { attempts: forms, root: probe.needsRoot } };
  });
}

/** All that root runs of a batch is one argument of a command, of at most 128 KiB (MAX_ARG_STRLEN in linux/binfmts.h). */
export const NAMESPACES_AT_ONCE = 10;

/** What is read of a namespace on it: all by root, who alone may enter. */
export function namespacePlan(found: FoundNamespace): PlannedProbe[] {
  return PROBES.flatMap((probe) => {
    const forms = formsOf(probe);
    const attempts = forms.flatMap((argv) => {
      const inside = probe.scope === 'network' ? inNetwork(found, argv) : inFiles(found, argv);
      return inside ? [inside] : [];
    });
    return attempts.length > 0 ? [{ namespace: found.name, probe, forms, task: { attempts, root: true } }] : [];
  });
}

function inNetwork({ path }: FoundNamespace, argv: readonly string[]): string[] {
  return ['nsenter', `--net=${path}`, ...argv];
}

/**
 * Reads a file of a process. Nothing of a container's own is run, as it would be by root; and a link of its would lead to
 * the node's files, unless the process is among these itself.
 */
const READ = `
if [ "$(readlink "/proc/$1/ns/mnt")" = "$(readlink /proc/self/ns/mnt)" ]; then exec cat "$2"; fi
cd "/proc/$1/root\${2%/*}" && [ ! -L "\${2##*/}" ] && exec cat "\${2##*/}"`;

/** Undefined for what only nodes have. */
function inFiles({ pid, path }: FoundNamespace, argv: readonly string[]): string[] | undefined {
  const [program, file = ''] = argv;
  if (program !== 'cat' || !file.startsWith('/etc/')) return undefined;
  if (pid !== undefined) return ['sh', '-c', READ, 'sh', pid, file];
  const [, name] = /^\/(?:var\/)?run\/netns\/(.+)$/.exec(path) ?? [];
  return name === undefined ? undefined : ['ip', 'netns', 'exec', name, ...argv];
}
