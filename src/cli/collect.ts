import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { jsonBreak } from '../core/text/json';
import { lineAt } from '../core/text/lines';
import type { NodeReading } from '../nodes/collect';
import { type ConfiguredNode, readConfiguredNodes } from '../nodes/configured-node';
import { NodeReader } from '../nodes/node-reader';
import { snapshotOf } from '../nodes/snapshot-of';
import { configFiles } from '../nodes/ssh/config-files';
import { opensshConfig } from '../nodes/ssh/config-openssh';
import { parseDestination } from '../nodes/ssh/destination';
import { messageOf, SshError } from '../nodes/ssh/errors';
import { localUser } from '../nodes/ssh/local-user';
import type { Questions } from '../nodes/ssh/questions';
import { CommandError, readText } from './files';
import { withTerminal } from './terminal-questions';

export interface CollectArguments {
  /** Names of `jsonConfig`, or `[user@]host[:port]`; none: all of `jsonConfig`. */
  readonly nodes: readonly string[];
  readonly out: string;
  /** Instead of the user's and the system's ssh_config. */
  readonly sshConfig: string | undefined;
  /** A file with a list like the setting `hoplens.nodes`. */
  readonly jsonConfig: string | undefined;
  /** Whether every command is told of. */
  readonly verbose: boolean;
}

/**
 * `hoplens collect NODE… --out SNAPSHOT`: 0 when all was read, 1 when something is missing. Nodes are read side by side;
 * the snapshot has those that could be read.
 */
export async function runCollect(args: CollectArguments, tell: (line: string) => void): Promise<number> {
  const nodes = chosenNodes(args);
  const stop = new AbortController();
  const interrupted = (): void => {
    stop.abort();
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    return await withTerminal((questions) => collect(nodes, args, questions, stop.signal, tell));
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

async function collect(
  nodes: readonly ConfiguredNode[],
  { out, sshConfig, verbose }: CollectArguments,
  questions: Questions,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<number> {
  const me = localUser();
  const config = opensshConfig(sshConfig, configFiles(sshConfig, me));
  const readings = await Promise.all(
    nodes.map(async (node) => {
      const reader = new NodeReader(node, { config, me, questions, ...(verbose && { log: tell }) });
      try {
        const reading = await reader.read(signal);
        tell(reading.gaps.length === 0 ? `${node.name}: read` : `${node.name}: partly read`);
        for (const gap of reading.gaps) tell(`  ${gap}`);
        return reading;
      } catch (error) {
        const message = messageOf(error);
        const prefix = `${node.name}: `;
        tell(`${prefix}not read\n  ${message.startsWith(prefix) ? message.slice(prefix.length) : message}`);
        return undefined;
      } finally {
        await reader.close();
      }
    }),
  );
  const read = readings.filter((reading): reading is NodeReading => reading !== undefined);
  if (read.length === 0) throw new CommandError(`no node could be read: ${out} is not written`);
  write(out, read);
  return readings.every((reading) => reading?.gaps.length === 0) ? 0 : 1;
}

function write(out: string, readings: readonly NodeReading[]): void {
  const cluster = basename(out).replace(/(\.hoplens)?(\.json)?(\.gz)?$/, '') || 'cluster';
  const text = `${JSON.stringify(snapshotOf(cluster, readings, new Date()), null, 1)}\n`;
  try {
    writeFileSync(out, out.endsWith('.gz') ? gzipSync(text) : text);
  } catch (error) {
    throw new CommandError(`${out} cannot be written (${messageOf(error)}); name another file`);
  }
}

function chosenNodes({ nodes, jsonConfig }: CollectArguments): ConfiguredNode[] {
  const configured = jsonConfig === undefined ? [] : readConfig(jsonConfig);
  if (nodes.length === 0 && configured.length === 0)
    throw new CommandError('collect: which node? Name some, or give a list of them with --json-config');
  const chosen =
    nodes.length === 0 ? configured : nodes.map((text) => configured.find(({ name }) => name === text) ?? parse(text));
  const twice = chosen.find(({ name }, at) => chosen.findIndex((other) => other.name === name) !== at);
  if (twice) throw new CommandError(`two nodes are named ${twice.name}: name them apart in a --json-config`);
  return chosen;
}

function parse(text: string): ConfiguredNode {
  try {
    const { host, ...rest } = parseDestination(text);
    return { name: host, ...rest };
  } catch (error) {
    if (error instanceof SshError) throw new CommandError(error.message);
    throw error;
  }
}

function readConfig(file: string): ConfiguredNode[] {
  const { text } = readText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CommandError(`${file}:${lineAt(text, jsonBreak(text))}: this is not JSON: write [{ "name": "worker" }]`);
  }
  const { nodes, problems } = readConfiguredNodes(value);
  if (problems.length > 0) throw new CommandError(problems.map((problem) => `${file}: ${problem}`).join('\n'));
  return nodes;
}
