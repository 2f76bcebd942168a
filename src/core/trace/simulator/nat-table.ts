import type { Action } from '../../netfilter/action';
import type { Hook } from '../../netfilter/hook';
import type { Connection } from '../../netfilter/tracking';
import type { KnownTable } from '../../snapshot/netfilter';
import { runTable } from './chains';
import type { Walk } from './context';
import { type Egress, keepUnique, type Manipulation, manipulationAt, rewrite, setUpNat } from './nat';
import type { Skb } from './skb';
import type { Stack } from './stack';
import { perform } from './targets';
import { ACCEPT, type TableVerdict } from './verdict';

/** net/netfilter/nf_nat_core.c `nf_nat_inet_fn`: the rules are asked once per connection and side, for its first packet. */
export function runNat(
  walk: Walk,
  stack: Stack,
  skb: Skb,
  hook: Hook,
  tables: readonly KnownTable[],
  egress: Egress | undefined,
): TableVerdict {
  const { tracking } = skb;
  if (!tracking || !('connection' in tracking)) return ACCEPT;
  const { connection } = tracking;
  const side = manipulationAt(hook);
  if (tracking.state === 'NEW' && !connection.decided[side]) {
    for (const known of tables) {
      const verdict = runTable(walk, stack, skb, hook, known, (action, rule) => {
        if (!isNat(action)) return perform(walk, stack, skb, action, rule);
        const done = setUpNat(walk, stack, skb, connection, hook, action, egress);
        if (done.drop) return { effect: done.effect, verdict: { kind: 'drop', by: 'rule', text: rule.text } };
        rewrite(walk, stack, skb, hook);
        return { effect: done.effect, verdict: ACCEPT };
      });
      if (verdict.kind !== 'accept') return verdict;
      if (isDecided(connection, side)) break;
    }
    // No rule wanted it: "no NAT" is settled for the life of the connection.
    if (side === 'source' && !isDecided(connection, side) && stack.hasNat(skb.packet.src.family))
      keepUnique(walk, stack, skb, connection);
    connection.decided[side] = true;
  } else if (leftMasquerade(connection, hook, skb, egress)) {
    stack.conntrack.forget(connection);
    return { kind: 'drop', by: 'rule', text: `the connection was masqueraded on ${connection.masqueradedOn ?? ''}` };
  }
  rewrite(walk, stack, skb, hook);
  return ACCEPT;
}

function isDecided(connection: Connection, side: Manipulation): boolean {
  return connection.decided[side];
}

function leftMasquerade(connection: Connection, hook: Hook, skb: Skb, egress: Egress | undefined): boolean {
  const { tracking } = skb;
  return (
    hook === 'POSTROUTING' &&
    connection.masqueradedOn !== undefined &&
    tracking !== undefined &&
    'direction' in tracking &&
    tracking.direction === 'original' &&
    egress !== undefined &&
    connection.masqueradedOn !== egress.device
  );
}

function isNat(
  action: Action,
): action is Extract<Action, { kind: 'dnat' | 'snat' | 'masquerade' | 'redirect' | 'netmap' }> {
  return ['dnat', 'snat', 'masquerade', 'redirect', 'netmap'].includes(action.kind);
}
