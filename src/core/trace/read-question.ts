import { formatAddress, formatSocket } from '../net/address';
import { protocolName } from '../net/protocol';
import { readTcpdump } from '../capture/tcpdump';
import type { Question } from './endpoint';
import { curlTarget } from './observe';

/** What a text asks; what it leaves open is to be asked for. */
export type AskedText = Partial<Question> & Pick<Question, 'to'>;

/**
 * Reads what somebody types or pastes: `worker -> g4:80`, `10.1.9.5 > 10.0.0.103:80/tcp`, a curl command, a line of
 * tcpdump. Undefined where it is none of these.
 */
export function readQuestion(text: string): AskedText | undefined {
  return fromCurl(text) ?? fromTcpdump(text) ?? fromArrow(text);
}

/** A prompt before the command is left out. */
function fromCurl(text: string): AskedText | undefined {
  const [command] = /\bcurl\s.*/.exec(text) ?? [];
  const target = command === undefined ? undefined : curlTarget(command);
  if (!target) return undefined;
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return { to: `${host}:${target.port}`, protocol: 'tcp' };
}

function fromTcpdump(text: string): AskedText | undefined {
  const [packet] = readTcpdump(text);
  if (!packet) return undefined;
  const { src, dst, sport, dport, proto } = packet;
  return {
    from: formatAddress(src),
    to: dport === undefined ? formatAddress(dst) : formatSocket(dst, dport),
    protocol: protocolName(proto),
    ...(sport !== undefined && { sourcePort: sport }),
  };
}

/** ENDPOINTs have slashes themselves: only one of these behind the last is a protocol. */
const ARROW = /^\s*([^\s>→]*[^\s>→=-])\s*(?:->|→|=>|>)\s*(\S+?)(?:[/\s]+(tcp|udp|icmp))?\s*$/i;

function fromArrow(text: string): AskedText | undefined {
  const [, from, to, protocol] = ARROW.exec(text) ?? [];
  if (from === undefined || to === undefined) return undefined;
  return { from, to, ...(protocol !== undefined && { protocol: protocol.toLowerCase() }) };
}
