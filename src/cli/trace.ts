import { readCapture } from '../core/capture/read';
import type { Cluster } from '../core/snapshot/cluster';
import { captureOf, readCapturePlace } from '../core/trace/captures/capture-of';
import { describeLaidOver } from '../core/trace/captures/describe';
import type { Capture } from '../core/trace/captures/laid-over';
import { layOver } from '../core/trace/captures/lay-over';
import type { Question } from '../core/trace/endpoint';
import { describe } from '../core/trace/describe';
import type { Change } from '../core/trace/result';
import { trace, traceWith } from '../core/trace/trace';
import { CommandError, readBytes, readCluster } from './files';

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
  captures: readonly string[],
  json: boolean,
  print: (line: string) => void,
): number {
  const cluster = readCluster(file);
  const result = changes.length > 0 ? traceWith(cluster, question, changes) : trace(cluster, question);
  if ('error' in result) throw new CommandError(`${file}: ${result.error}`);
  const laid = captures.map((text) => readCaptureOf(cluster, text));
  const laidOver = laid.length > 0 ? layOver(result.value, laid) : undefined;
  if (json) print(JSON.stringify({ ...result.value, ...(laidOver && { laidOver }) }, null, 2));
  else {
    for (const line of describe(result.value)) print(line);
    if (laidOver) for (const line of describeLaidOver(laidOver)) print(line);
  }
  return result.value.outcomes.every((outcome) => outcome.verdict === 'connected') ? 0 : 1;
}

/** `NODE[/NAMESPACE]:INTERFACE=FILE`, the file being pcap, pcapng or the text of tcpdump. */
function readCaptureOf(cluster: Cluster, text: string): Capture {
  const [, where, file] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (where === undefined || file === undefined)
    throw new CommandError(`--capture "${text}": write NODE:INTERFACE=FILE or NODE/NAMESPACE:INTERFACE=FILE`);
  const place = readCapturePlace(cluster, where);
  if ('error' in place) throw new CommandError(`--capture ${place.error}`);
  const read = readCapture(readBytes(file));
  if (read.problem !== undefined && read.packets.length === 0) throw new CommandError(`${file}: ${read.problem}`);
  return captureOf(place.value.namespace, place.value.interface, file, read);
}
