import { formatSocket } from '../../net/address';
import { hasPorts, ICMP, ICMPV6, protocolTitle } from '../../net/protocol';
import type { Hook } from '../../netfilter/hook';
import type { Tuple } from '../../netfilter/tracking';
import type { Walk } from './context';
import { DEFAULT_ZONES, isTracked, type Skb } from './skb';
import type { Stack } from './stack';

/* Connection tracking at the hooks: where packets are looked up, and where their entries are made. */

export function track(stack: Stack, skb: Skb): void {
  if (isTracked(skb) || !stack.namespace.netfilter(skb.packet.src.family).tracksConnections()) return;
  const loose = stack.sysctl('net.netfilter.nf_conntrack_tcp_loose') !== '0';
  skb.tracking = stack.conntrack.track(skb.packet, skb.template ?? DEFAULT_ZONES, loose);
  skb.template = undefined;
}

export function confirm(walk: Walk, stack: Stack, skb: Skb, hook: Hook): void {
  const { tracking } = skb;
  if (!tracking || !('connection' in tracking) || !stack.conntrack.confirm(tracking.connection)) return;
  const { original, reply, zone } = tracking.connection;
  const zoned = zone.original === 0 ? '' : ` in zone ${zone.original}`;
  walk.recorder.step(stack, skb, 'conntrack', `connection entered${zoned}`, {
    hook,
    text: `${protocolTitle(original.proto)} ${tupleText(original)}, replies ${tupleText(reply)}`,
  });
}

function tupleText(tuple: Tuple): string {
  const ports = hasPorts(tuple.proto);
  const plain = tuple.proto === ICMP || tuple.proto === ICMPV6 || !ports;
  return `${formatSocket(tuple.src, plain ? undefined : tuple.sport)} → ${formatSocket(tuple.dst, plain ? undefined : tuple.dport)}`;
}
