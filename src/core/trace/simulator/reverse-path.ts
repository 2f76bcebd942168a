import { formatAddress } from '../../net/address';
import type { Interface } from '../../routing/interface';
import { reversePath, type RpFilter } from '../../routing/reverse-path';
import { decideSysctl, isOn, type Walk } from './context';
import { end, type Fate } from './fate';
import { outputId } from './routing';
import type { Skb } from './skb';
import type { Stack } from './stack';

/**
 * The reverse path check between PREROUTING and INPUT or FORWARD, with whatever is known of rp_filter.
 *
 * @param out where the packet is to be forwarded to: the incoming interface of the way back
 */
export function checkSource(
  walk: Walk,
  stack: Stack,
  skb: Skb,
  device: string,
  out: string | undefined,
): Fate | undefined {
  const { packet } = skb;
  const fib = stack.fib(packet.src.family);
  if (packet.src.family !== 4 || !fib) return undefined;
  const input = {
    fib,
    packet,
    device,
    deviceHasAddress: hasAddress(stack.device(device)),
    acceptLocal: false,
    useMark:
      packet.mark !== 0 &&
      ['all', device].some((name) =>
        isOn(walk, stack, 'src-valid-mark-unknown', stack.deviceKey(name, 'src_valid_mark')),
      ),
    dst: packet.dst,
    ...(out !== undefined && { iif: out }),
  };
  let check = reversePath(input);
  if (check.drops.length === 3 && check.back.kind === 'route' && check.back.route.type === 'local') {
    const accepts = ['all', device].some((name) =>
      isOn(walk, stack, 'accept-local-unknown', stack.deviceKey(name, 'accept_local')),
    );
    if (accepts) check = reversePath({ ...input, acceptLocal: true });
  }
  if (check.drops.length === 0) return undefined;
  if (check.drops.length === 3) {
    walk.recorder.step(stack, skb, 'rp-filter', `dropped: ${check.reason}`, {
      text: `accept_local = 0; way back to ${formatAddress(packet.src)}: ${check.back.kind === 'route' ? check.back.route.text : ''}`,
    });
    return end('dropped', stack, device, `martian source on ${device} of ${stack.title}: ${check.reason}`, 'martian');
  }
  const { value, key } = rpFilter(walk, stack, device, check.drops);
  const route = check.back.kind === 'none' ? undefined : check.back.route;
  const dropped = check.drops.includes(value);
  const line = stack.namespace.sysctls?.get(key)?.line;
  walk.recorder.step(stack, skb, 'rp-filter', dropped ? `dropped: ${check.reason}` : `passes, though ${check.reason}`, {
    text: `${key} = ${value}; ${route ? `way back to ${formatAddress(packet.src)}: ${route.text}` : 'no way back'}`,
    // The setting where it was collected, else the route that the check looked up.
    ...(line !== undefined && line > 0
      ? { source: { output: 'sysctl', line } }
      : route && route.line > 0 && { source: { output: outputId(4), line: route.line } }),
  });
  if (!dropped) return undefined;
  return end('dropped', stack, device, `rp_filter of ${device} on ${stack.title}: ${check.reason}`, 'rp-filter');
}

function hasAddress(device: Interface | undefined): boolean {
  return device === undefined || device.addresses.some((own) => own.address.family === 4);
}

/** The effective value: the greater of `all` and the interface's own. Decided only as far as it matters. */
function rpFilter(
  walk: Walk,
  stack: Stack,
  device: string,
  drops: readonly RpFilter[],
): { value: RpFilter; key: string } {
  const ownKey = stack.deviceKey(device, 'rp_filter');
  const allKey = stack.deviceKey('all', 'rp_filter');
  const own = stack.sysctl(ownKey);
  const all = stack.sysctl(allKey);
  const known = (text: string): RpFilter => (text === '1' ? 1 : text === '2' ? 2 : 0);
  if (own !== undefined && all !== undefined)
    return known(own) >= known(all) ? { value: known(own), key: ownKey } : { value: known(all), key: allKey };
  const [key, floor] = own === undefined ? [ownKey, known(all ?? '0')] : [allKey, known(own)];
  const effective = (value: string): RpFilter => (known(value) > floor ? known(value) : floor);
  const values = ['0', '1', '2'];
  const fails = values.filter((value) => drops.includes(effective(value)));
  const passes = values.filter((value) => !drops.includes(effective(value)));
  const fatal = decideSysctl(walk, stack, 'rp-filter-unknown', key, values, [fails, passes]) === 0;
  const taken = (fatal ? fails : passes)[0] ?? '0';
  return { value: effective(taken), key };
}
