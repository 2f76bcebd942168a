import type { NetworkNamespace } from '../snapshot/namespace';
import { linesOf } from '../text/lines';

/** A program that keeps the node's network, as it was started. */
export interface AgentProcess {
  readonly pid: string;
  /** Its unit of systemd, `container` for one with files of its own, or empty. */
  readonly unit: string;
  readonly argv: readonly string[];
  /** Counting from 1. */
  readonly line: number;
}

/** What the probe `agents` printed. */
export interface RunningAgents {
  readonly processes: readonly AgentProcess[];
  /** Files of configuration that are there. */
  readonly files: readonly string[];
  /** Those that hold a secret, and so are not read. */
  readonly secrets: readonly string[];
}

/** Undefined where it was not collected. */
export function runningAgents(host: NetworkNamespace): RunningAgents | undefined {
  const output = host.output('agents');
  return output && readAgents(output.stdout);
}

/**
 * `process PID UNIT`, with the words of its command below, a line each, behind a blank; `file PATH` and `secret PATH`. The
 * names of secrets' flags stay, and their values do not.
 */
export function readAgents(text: string): RunningAgents {
  const processes: (AgentProcess & { argv: string[] })[] = [];
  const files: string[] = [];
  const secrets: string[] = [];
  for (const { text: line, number } of linesOf(text)) {
    const [, pid, unit] = /^process (\d+) (\S+)$/.exec(line) ?? [];
    const [, kind, path] = /^(file|secret) (\/.+)$/.exec(line) ?? [];
    if (pid !== undefined) processes.push({ pid, unit: unit === '-' ? '' : (unit ?? ''), argv: [], line: number });
    else if (path !== undefined) (kind === 'file' ? files : secrets).push(path);
    else if (line.startsWith(' ')) processes.at(-1)?.argv.push(line.slice(1));
  }
  // `docker ps` and the like are no daemons.
  const daemons = processes.filter(
    ({ argv: [program = '', first = ''] }) => !/(^|\/)docker$/.test(program) || /^(daemon|-d|--daemon)$/.test(first),
  );
  return { processes: daemons, files, secrets };
}
