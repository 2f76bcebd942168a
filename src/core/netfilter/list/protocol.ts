import { parseProtocol } from '../../net/protocol';

/** Names that iptables before 1.6 has for protocols. */
const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ['ipv6-mh', 'mobility-header'],
  ['mh', 'mobility-header'],
]);

/** The number of a protocol column, without its "!". */
export function readProtocol(text: string): number | undefined {
  return parseProtocol(OLD_NAMES.get(text) ?? text);
}
