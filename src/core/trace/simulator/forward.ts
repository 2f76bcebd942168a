import type { Family } from '../../net/address';
import type { NextHop } from '../../routing/route';
import { isOn, type Walk } from './context';
import { end, fateOf } from './fate';
import { runHook } from './hooks';
import type { Next } from './next';
import { postrouting } from './output';
import type { Skb } from './skb';
import type { Stack } from './stack';

/** net/ipv4/ip_forward.c */
export function forward(walk: Walk, stack: Stack, skb: Skb, device: string, hop: NextHop, out: string): Next {
  if (skb.packet.ttl <= 1) return end('loop', stack, device, 'its TTL is used up', 'ttl');
  skb.packet = { ...skb.packet, ttl: skb.packet.ttl - 1 };
  skb.out = out;
  const verdict = runHook(walk, stack, skb, 'FORWARD');
  if (verdict.kind !== 'accept') return fateOf(verdict, stack, device);
  skb.in = undefined;
  return postrouting(walk, stack, skb, {
    device: out,
    nextHop: hop.gateway ?? skb.packet.dst,
    as: 'forwarded',
    ...(hop.gatewayName !== undefined && { gatewayName: hop.gatewayName }),
  });
}

/** `IN_DEV_FORWARD`: the incoming interface decides; ip_forward sets all of them. */
export function forwards(walk: Walk, stack: Stack, device: string, family: Family = 4): boolean {
  const [own, all, every] =
    family === 4
      ? [stack.deviceKey(device, 'forwarding'), 'net.ipv4.ip_forward', 'net.ipv4.conf.all.forwarding']
      : ['net.ipv6.conf.all.forwarding', 'net.ipv6.conf.all.forwarding', 'net.ipv6.conf.all.forwarding'];
  for (const key of [own, all, every]) {
    const printed = stack.namespace.sysctls?.get(key);
    if (printed && printed.line > 0) return printed.value !== '0';
  }
  return isOn(walk, stack, 'ip-forward-unknown', all);
}
