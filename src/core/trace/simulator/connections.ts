import { formatSocket } from '../../net/address';
import { hasPorts, ICMP, ICMPV6, protocolTitle } from '../../net/protocol';
import type { Hook } from '../../netfilter/hook';
import type { Tuple } from '../../netfilter/tracking';
import type { Walk } from './context';
import { DEFAULT_ZONES, isTracked, type Skb } from './skb';
import type { Stack } from './stack';
import { ACCEPT, type TableVerdict } from './verdict';

/* Connection tracking at the hooks: where packets are looked up, and where their entries are made. */

export function track(stack: Stack, skb: Skb): void {
  if (isTracked(skb) || !stack.namespace.netfilter(skb.packet.src.family).tracksConnections()) return;
  const loose = stack.sysctl('net.netfilter.nf_conntrack_tcp_loose') !== '0';
  skb.tracking = stack.conntrack.track(skb.packet, skb.template ?? DEFAULT_ZONES, loose);
  skb.template = undefined;
}

/** `__nf_conntrack_confirm`: a packet whose replies would be another connection's is dropped, and counted as insert_failed. */
export function confirm(walk: Walk, stack: Stack, skb: Skb, hook: Hook): TableVerdict {
  const { tracking } = skb;
  // What answers a packet on its way, as a redirect does, does not enter its connection.
  if (!tracking || !('connection' in tracking) || tracking.direction !== 'original') return ACCEPT;
  const { original, reply, zone, confirmed } = tracking.connection;
  if (!confirmed && stack.conntrack.holder(reply, tracking.connection)) {
    const text = `the replies to it, ${tupleText(reply)}, belong to another connection already: the entry clashes`;
    walk.recorder.step(stack, skb, 'conntrack', 'dropped: insert_failed', { hook, text });
    return { kind: 'drop', by: 'clash', text };
  }
  if (!stack.conntrack.confirm(tracking.connection)) return ACCEPT;
  const zoned = zone.original === 0 ? '' : ` in zone ${zone.original}`;
  walk.recorder.step(stack, skb, 'conntrack', `connection entered${zoned}`, {
    hook,
    text: `${protocolTitle(original.proto)} ${tupleText(original)}, replies ${tupleText(reply)}`,
  });
  return ACCEPT;
}

function tupleText(tuple: Tuple): string {
  const ports = hasPorts(tuple.proto);
  const plain = tuple.proto === ICMP || tuple.proto === ICMPV6 || !ports;
  return `${formatSocket(tuple.src, plain ? undefined : tuple.sport)} → ${formatSocket(tuple.dst, plain ? undefined : tuple.dport)}`;
}
