import { UDP_PORT, VXLAN_PORT } from '../../../src/core/overlay/flannel';
import { protocolTitle } from '../../../src/core/net/protocol';
import { command } from './command';
import { socketText } from './names';
import type { Network } from './network';

/**
 * The entries of connection tracking in a space, as a trace writes them: `TCP 10.0.0.1:1 → …, replies …`. Without those
 * of other attempts, whose servers may still send.
 */
export async function entriesOf(network: Network, space: string, sourcePort: number): Promise<string[]> {
  const argv = ['ip', 'netns', 'exec', network.namespace(space), 'conntrack', '-L', '-o', 'extended'];
  const { stdout } = await command(argv);
  const ports = [sourcePort, UDP_PORT, VXLAN_PORT].map((port) => `port=${port} `);
  const isOurs = (line: string): boolean => !line.includes('port=') || ports.some((port) => line.includes(port));
  // A packet that TCP sends once more has another hash, and so is carried in another connection (`sk_rethink_txhash`).
  return [...new Set(stdout.split('\n').filter(isOurs).flatMap(entryText))];
}

function entryText(line: string): string[] {
  const protocol = /^\S+\s+\d+\s+(?:tcp|udp|icmp|icmpv6)\s+(\d+)\s/.exec(line)?.[1];
  if (protocol === undefined) return [];
  const [original, reply] = [...line.matchAll(/src=(\S+) dst=(\S+)(?: sport=(\d+) dport=(\d+))?/g)].map(
    ([, src = '', dst = '', sport, dport]) => `${socketText(src, sport)} → ${socketText(dst, dport)}`,
  );
  return [withoutHash(`${protocolTitle(Number(protocol))} ${original ?? ''}, replies ${reply ?? ''}`)];
}

/** The source port of a VXLAN packet is a hash of what it carries; the tracer shows another number. */
export function withoutHash(text: string): string {
  if (!text.includes(`:${VXLAN_PORT}`)) return text;
  return text.replace(/:\d+/g, (port) => (port === `:${VXLAN_PORT}` ? port : ':*'));
}
