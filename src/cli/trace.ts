import type { Question } from '../core/trace/endpoint';
import { describe } from '../core/trace/describe';
import type { Change } from '../core/trace/result';
import { trace, traceWith } from '../core/trace/trace';
import { CommandError, readCluster } from './files';

/** `NODE: -t nat -A POSTROUTING …` or `NODE: KEY=VALUE`: a change to trace with. */
export function parseChange(text: string): Change {
  const [, node, body] = /^([^:\s]+):\s*(.+)$/.exec(text) ?? [];
  if (node === undefined || body === undefined)
    throw new CommandError(`--with "${text}": write NODE: RULE or NODE: KEY=VALUE`);
  const sysctl = /^(net[./]\S+?)\s*=\s*(\S+)$/.exec(body);
  if (sysctl) return { kind: 'sysctl', node, key: sysctl[1] ?? '', value: sysctl[2] ?? '' };
  return { kind: 'iptables-rule', node, rule: body };
}

/** `hoplens trace SNAPSHOT …`: 0 when every outcome connects. */
export function runTrace(
  file: string,
  question: Question,
  changes: readonly Change[],
  json: boolean,
  print: (line: string) => void,
): number {
  const cluster = readCluster(file);
  const result = changes.length > 0 ? traceWith(cluster, question, changes) : trace(cluster, question);
  if ('error' in result) throw new CommandError(`${file}: ${result.error}`);
  if (json) print(JSON.stringify(result.value, null, 2));
  else for (const line of describe(result.value)) print(line);
  return result.value.outcomes.every((outcome) => outcome.verdict === 'connected') ? 0 : 1;
}
