import type { NextHop } from '../../routing/route';
import { isOn, type Walk } from './context';
import { sendLocal } from './output';
import { Recorder } from './recorder';
import { flowOf } from './routing';
import { newSkb, type Skb } from './skb';
import type { Stack } from './stack';

const MARKING = ['set-connmark', 'save-connmark'];

/**
 * Who sends to a gateway what its neighbour is nearer to is told so, before FORWARD (net/ipv4/ip_forward.c `ip_forward`,
 * route.c `ip_rt_send_redirect`). The redirect belongs to the packet's connection (icmp.c `icmp_glue_bits`), and rules of
 * OUTPUT and POSTROUTING may mark it: nothing else of it is seen in a trace.
 */
export function redirect(walk: Walk, stack: Stack, skb: Skb, device: string, out: string): void {
  const { packet, tracking } = skb;
  if (device !== out || packet.src.family !== 4 || !tracking || !('connection' in tracking)) return;
  if (!marksConnections(stack) || !isNeighbour(stack, skb, device) || !redirects(walk, stack, device)) return;
  const told = newSkb(
    {
      ...packet,
      src: { family: 4, value: 0n },
      dst: packet.src,
      proto: 1,
      mark: 0,
      ttl: 64,
      icmp: { type: 5, code: 1, id: 0 },
    },
    'kernel',
  );
  const direction = tracking.direction === 'original' ? 'reply' : 'original';
  told.tracking = { state: 'RELATED', direction, connection: tracking.connection };
  sendLocal({ ...walk, recorder: new Recorder() }, { stack, skb: told, sourceChosen: false });
}

function marksConnections(stack: Stack): boolean {
  return (['OUTPUT', 'POSTROUTING'] as const).some((hook) =>
    (['mangle', 'filter', 'security'] as const).some((name) =>
      stack
        .tablesAt(4, hook, name)
        .some(({ table }) =>
          [...table.chains.values()].some(({ rules }) =>
            rules.some(({ meaning }) => MARKING.includes(meaning.action.kind)),
          ),
        ),
    ),
  );
}

/** `fib_validate_source`: the way back to the source is that interface, without a gateway. */
function isNeighbour(stack: Stack, skb: Skb, device: string): boolean {
  const { packet } = skb;
  const answer = stack.fib(4)?.lookup({ ...flowOf(skb, device), dst: packet.src, src: packet.dst });
  const direct = (hop: NextHop): boolean => hop.device === device && !hop.gateway;
  return answer?.kind === 'route' && answer.hops.some(direct);
}

/** `IN_DEV_TX_REDIRECTS` */
function redirects(walk: Walk, stack: Stack, device: string): boolean {
  return ['all', device].some((name) =>
    isOn(walk, stack, 'send-redirects-unknown', stack.deviceKey(name, 'send_redirects')),
  );
}
