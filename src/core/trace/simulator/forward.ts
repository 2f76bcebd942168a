import type { Family } from '../../net/address';
import type { NextHop } from '../../routing/route';
import { isOn, type Walk } from './context';
import { end, fateOf } from './fate';
import { runHook } from './hooks';
import type { Next } from './next';
import { postrouting } from './output';
import { redirect } from './redirect';
import type { Skb } from './skb';
import type { Stack } from './stack';

/** net/ipv4/ip_forward.c */
export function forward(walk: Walk, stack: Stack, skb: Skb, device: string, hop: NextHop, out: string): Next {
  if (skb.packet.ttl <= 1) return end('loop', stack, device, 'its TTL is used up', 'ttl');
  skb.packet = { ...skb.packet, ttl: skb.packet.ttl - 1 };
  redirect(walk, stack, skb, device, out);
  skb.out = out;
  const verdict = runHook(walk, stack, skb, 'FORWARD');
  if (verdict.kind !== 'accept') return fateOf(verdict, stack, device);
  // POSTROUTING knows where it came in, since Linux 5.7 (net/ipv4/ip_output.c `ip_output`).
  const next = postrouting(walk, stack, skb, {
    device: out,
    nextHop: hop.gateway ?? skb.packet.dst,
    as: 'forwarded',
    ...(hop.gatewayName !== undefined && { gatewayName: hop.gatewayName }),
  });
  skb.in = undefined;
  return next;
}

/** `IN_DEV_FORWARD`: the incoming interface decides; ip_forward sets all of them. */
export function forwards(walk: Walk, stack: Stack, device: string, family: Family = 4): boolean {
  const printed = printedForwarding(stack, device, family);
  return printed ? printed.value !== '0' : isOn(walk, stack, 'ip-forward-unknown', FORWARDING[family][0]);
}

/** The sysctl that decides it, where it was collected. */
export function printedForwarding(stack: Stack, device: string, family: Family): PrintedSysctl | undefined {
  const own = family === 4 ? printedSysctl(stack, stack.deviceKey(device, 'forwarding')) : undefined;
  return own ?? setsAll(stack, family);
}

/** The interface's own sysctl, where that is off although nodes forward in general: ip_forward = 1 set it once, and not since. */
export function offByItself(stack: Stack, device: string, family: Family): PrintedSysctl | undefined {
  if (family !== 4 || (setsAll(stack, family)?.value ?? '0') === '0') return undefined;
  const own = printedSysctl(stack, stack.deviceKey(device, 'forwarding'));
  return own?.value === '0' ? own : undefined;
}

/** What sets every interface of a family, under each of its names. */
export const FORWARDING: Readonly<Record<Family, readonly [string, ...string[]]>> = {
  4: ['net.ipv4.ip_forward', 'net.ipv4.conf.all.forwarding'],
  6: ['net.ipv6.conf.all.forwarding'],
};

interface PrintedSysctl {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

function setsAll(stack: Stack, family: Family): PrintedSysctl | undefined {
  for (const key of FORWARDING[family]) {
    const printed = printedSysctl(stack, key);
    if (printed) return printed;
  }
  return undefined;
}

/** Kernel defaults aside. */
function printedSysctl(stack: Stack, key: string): PrintedSysctl | undefined {
  const found = stack.namespace.sysctls?.get(key);
  return found && found.line > 0 ? { key, value: found.value, line: found.line } : undefined;
}
