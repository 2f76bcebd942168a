import type { Action } from '../../netfilter/action';
import type { Rule } from '../../netfilter/rule';
import type { Walk } from './context';
import { DEFAULT_ZONES, isTracked, type Skb } from './skb';
import type { Stack } from './stack';
import { transparentProxy } from './transparent-proxy';
import type { TableVerdict } from './verdict';

/** Actions that change the packet or its connection and go on, and those that no table but nat has. */
export function perform(
  walk: Walk,
  stack: Stack,
  skb: Skb,
  action: Action,
  rule: Rule,
): { effect: string; verdict?: TableVerdict } {
  const connection = skb.tracking && 'connection' in skb.tracking ? skb.tracking.connection : undefined;
  const hex = (mark: number): string => `0x${mark.toString(16)}`;
  switch (action.kind) {
    case 'continue':
      if (action.target === 'CT' && !isTracked(skb)) skb.template ??= DEFAULT_ZONES;
      if (action.target === 'TEE') {
        const gateway = /--gateway (\S+)/.exec(rule.text)?.[1] ?? 'a gateway';
        return { effect: `TEE, a copy goes to ${gateway}, which is not traced; goes on` };
      }
      return { effect: action.target === undefined ? 'counted' : `${action.target}, goes on` };
    case 'mark':
      skb.packet = { ...skb.packet, mark: ((skb.packet.mark & ~action.clear) ^ action.toggle) >>> 0 };
      return { effect: `mark is ${hex(skb.packet.mark)}` };
    case 'set-connmark':
      if (connection) connection.mark = ((connection.mark & ~action.clear) ^ action.toggle) >>> 0;
      return { effect: connection ? `connection mark is ${hex(connection.mark)}` : 'no connection to mark' };
    case 'save-connmark':
      if (connection) connection.mark = ((connection.mark & ~action.ctmask) ^ (skb.packet.mark & action.nfmask)) >>> 0;
      return { effect: connection ? `connection mark is ${hex(connection.mark)}` : 'no connection to mark' };
    case 'restore-connmark':
      if (connection)
        skb.packet = {
          ...skb.packet,
          mark: ((skb.packet.mark & ~action.nfmask) ^ (connection.mark & action.ctmask)) >>> 0,
        };
      return { effect: `mark is ${hex(skb.packet.mark)}` };
    case 'notrack':
    case 'zone':
      // net/netfilter/xt_CT.c `xt_ct_target`: of several, the first counts; on lo, what the packet was before.
      if (isTracked(skb) || skb.template) return { effect: 'no effect: how it is tracked is settled' };
      if (action.kind !== 'zone') {
        skb.tracking = { state: 'UNTRACKED' };
        return { effect: 'not tracked' };
      }
      skb.template = {
        original: action.side === 'reply' ? 0 : action.zone,
        reply: action.side === 'original' ? 0 : action.zone,
      };
      return { effect: `tracked in zone ${action.zone}` };
    case 'dscp':
      skb.packet = { ...skb.packet, dscp: action.value };
      return { effect: `DSCP is ${action.value}` };
    case 'ttl': {
      const { ttl } = skb.packet;
      const by = { set: action.value, increase: ttl + action.value, decrease: ttl - action.value }[action.change];
      skb.packet = { ...skb.packet, ttl: by };
      return { effect: `TTL is ${by}` };
    }
    case 'tproxy':
      return transparentProxy(walk, stack, skb, action, rule);
    case 'unknown':
      return afterUnknownTarget(walk, stack, action.target, rule);
    default:
      return { effect: 'goes on' };
  }
}

/** A target whose work is not simulated: it may let the packet go on, or not. */
function afterUnknownTarget(
  walk: Walk,
  stack: Stack,
  target: string,
  rule: Rule,
): { effect: string; verdict?: TableVerdict } {
  const goesOn = walk.choices.decide(
    {
      id: `${stack.title} ${rule.text}`,
      code: 'target-not-simulated',
      node: stack.node,
      key: rule.text,
      domain: ['goes on', 'ends'],
      text: ([value]) =>
        value === 'goes on'
          ? `target ${target}, which is not simulated, lets the packet go on unchanged on ${stack.title}`
          : `target ${target}, which is not simulated, takes or changes the packet on ${stack.title}`,
    },
    [['goes on'], ['ends']],
  );
  if (goesOn === 0) return { effect: `${target} (not simulated): assumed to go on` };
  return {
    effect: `${target} (not simulated): assumed to take the packet`,
    verdict: { kind: 'undetermined', text: `target ${target} is not simulated` },
  };
}
