import { type Address, formatSocket } from '../../net/address';
import { findListener } from '../../net/listener';
import type { Packet } from '../../net/packet';
import type { Action } from '../../netfilter/action';
import type { Rule } from '../../netfilter/rule';
import type { Walk } from './context';
import type { Skb } from './skb';
import type { Stack } from './stack';
import { ACCEPT, type TableVerdict } from './verdict';

/** Names a connection of a stack's sockets, by a packet that comes in for it. */
export function socketKey({ proto, src, sport, dst, dport }: Packet): string {
  return `${proto} ${formatSocket(src, sport)} ${formatSocket(dst, dport)}`;
}

/**
 * net/netfilter/xt_TPROXY.c `tproxy_tg4`: gives the packet to the socket of its connection, or else to who listens on the
 * port and address that the rule names. That socket has to be transparent (IP_TRANSPARENT), which ss does not tell.
 */
export function transparentProxy(
  walk: Walk,
  stack: Stack,
  skb: Skb,
  action: Extract<Action, { kind: 'tproxy' }>,
  rule: Rule,
): { effect: string; verdict: TableVerdict } {
  const { packet } = skb;
  const { listeners } = stack.namespace;
  const drop = (why: string): { effect: string; verdict: TableVerdict } => ({
    effect: `dropped: ${why}`,
    verdict: { kind: 'drop', by: 'rule', text: `${rule.text} (${why})` },
  });
  const known = stack.sockets.get(socketKey(packet));
  if (known === 'plain') return drop('its socket is no transparent one');
  const address = addressOf(stack, skb, action.address);
  const port = action.port === 0 ? (packet.dport ?? 0) : action.port;
  const place = formatSocket(address, port);
  if (known === undefined) {
    if (!listeners) return undecided(stack, rule, place);
    if (!findListener(listeners, packet.proto, address, port)) return drop(`no socket listens on ${place}`);
    if (!isTransparent(walk, stack, place)) return drop(`the socket on ${place} is no transparent one`);
  }
  skb.packet = { ...packet, mark: ((packet.mark & ~action.clear) ^ action.toggle) >>> 0 };
  skb.taken = true;
  return { effect: `given to the socket on ${place}, mark is 0x${skb.packet.mark.toString(16)}`, verdict: ACCEPT };
}

/** `nf_tproxy_laddr4`: as the rule says, else the first address of the interface. */
function addressOf(stack: Stack, { packet, in: device }: Skb, wanted: Address | undefined): Address {
  if (wanted && wanted.value !== 0n) return wanted;
  const { family } = packet.dst;
  const own = stack.device(device ?? '')?.addresses.find((one) => one.address.family === family);
  return own?.address ?? packet.dst;
}

function isTransparent(walk: Walk, stack: Stack, place: string): boolean {
  const answer = walk.choices.decide(
    {
      id: `${stack.title} transparent ${place}`,
      code: 'transparent-socket-unknown',
      node: stack.node,
      key: place,
      domain: ['transparent', 'plain'],
      text: ([value]) =>
        value === 'transparent'
          ? `the socket on ${place} of ${stack.title} is transparent (IP_TRANSPARENT)`
          : `the socket on ${place} of ${stack.title} is not transparent, and TPROXY drops the packet`,
    },
    [['transparent'], ['plain']],
  );
  return answer === 0;
}

function undecided(stack: Stack, rule: Rule, place: string): { effect: string; verdict: TableVerdict } {
  const text = `whether a socket listens on ${place} of ${stack.title}, to which TPROXY gives the packet: collect ss`;
  return { effect: 'not decided', verdict: { kind: 'undetermined', text: `${text} (${rule.text})` } };
}
