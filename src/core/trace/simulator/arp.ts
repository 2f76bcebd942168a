import { type Address, addressKey, formatAddress, sameAddress } from '../../net/address';
import type { Flow } from '../../routing/fib';
import { effectiveRpFilter, reversePath } from '../../routing/reverse-path';
import { sysctlName } from '../../routing/sysctl';
import { selectSource } from '../../routing/source';
import type { Walk } from './context';
import { printedForwarding } from './forward';
import { routesLoopback } from './routing';
import { end, type Fate } from './fate';
import type { Skb } from './skb';
import type { Stack } from './stack';
import type { Port } from './wiring';

/**
 * Why a neighbour does not answer for the next hop, so that nothing is sent at all. Undefined where it does, or where the
 * snapshot does not say that it would not: answers are taken for granted.
 */
export function unanswered(
  walk: Walk,
  stack: Stack,
  skb: Skb,
  device: string,
  nextHop: Address,
  far: Port,
): string | undefined {
  if (stack.made || isKnown(stack, device, nextHop)) return undefined;
  const nobody = `nobody on ${device} of ${stack.title} answers for ${formatAddress(nextHop)}`;
  if (ownerIsBesides(walk, far, nextHop)) return nobody;
  const owner = ownerOf(walk, far, nextHop) ?? wholeBridge(walk, far);
  if (!owner || owner.stack.made || owner.device === undefined) return undefined;
  if (nextHop.family === 6)
    return owner.stack.answersFor(owner.device, nextHop) || mayProxy6(owner) ? undefined : nobody;
  const asker = askedFrom(walk, stack, skb, device, nextHop);
  if (!owner.stack.answersFor(owner.device, nextHop) && !mayProxy(owner, nextHop) && !claims(owner, asker, nextHop))
    return nobody;
  const drops = asker && dropsRequest(owner, owner.device, asker, nextHop);
  if (drops === undefined) {
    // Who is asked notes who asks (net/ipv4/arp.c `arp_process`), and need not ask in its turn.
    if (asker) owner.stack.askedBy.add(addressKey(asker));
    return undefined;
  }
  return `${owner.stack.title} does not answer ARP for ${formatAddress(nextHop)}: ${drops}`;
}

/** Whether the cable leads to a bridge, and that of the address's owner to a port of the same node beside it. */
function ownerIsBesides(walk: Walk, { stack, device }: Port, address: Address): boolean {
  const bridge = walk.wiring.bridgeOf(stack, device);
  if (bridge === undefined || stack.answersFor(bridge, address)) return false;
  const proxies = address.family === 4 && mayProxy({ stack, device: bridge }, address);
  return !proxies && walk.wiring.besides(stack, bridge, address) !== undefined;
}

/** An address that nobody in the snapshot has, and that did not answer when it was asked for last. */
export function knownSilent(stack: Stack, device: string, address: Address): Fate | undefined {
  const entry = stack.namespace.neighbours?.find(
    (one) => one.device === device && sameAddress(one.address, address) && /FAILED|INCOMPLETE/.test(one.state),
  );
  if (!entry) return undefined;
  const reason = `${formatAddress(address)} does not answer on ${device} of ${stack.title}: its neighbour entry is ${entry.state}`;
  return end('unroutable', stack, device, reason, 'neighbour');
}

function isKnown(stack: Stack, device: string, address: Address): boolean {
  if (stack.askedBy.has(addressKey(address))) return true;
  return (stack.namespace.neighbours ?? []).some(
    (entry) =>
      entry.device === device &&
      sameAddress(entry.address, address) &&
      entry.mac !== undefined &&
      !/FAILED|INCOMPLETE/.test(entry.state),
  );
}

/** The bridge that a cable leads to, where all that is plugged into it is known. */
function wholeBridge(walk: Walk, { stack, device }: Port): Port | undefined {
  const bridge = walk.wiring.bridgeOf(stack, device);
  if (bridge === undefined || device?.startsWith('?') === true) return undefined;
  const known = walk.wiring.ports(stack, bridge).every((port) => {
    const end = walk.wiring.peer({ stack, device: port.name });
    return end !== undefined && end.stack.made === undefined;
  });
  const leadsOut = walk.wiring.uplink(stack, bridge) !== undefined;
  return known && !leadsOut ? { stack, device: bridge } : undefined;
}

/** Who on the cable, or on the bridge that it leads to, has the address. */
function ownerOf(walk: Walk, end: Port, address: Address): Port | undefined {
  const bridge = walk.wiring.bridgeOf(end.stack, end.device);
  if (bridge === undefined) return end;
  const atBridge = { stack: end.stack, device: bridge };
  return atBridge.stack.answersFor(bridge, address) ? atBridge : walk.wiring.behind(end.stack, bridge, address)?.end;
}

/** Whether a router answers for what it reaches by another interface, as far as the snapshot shows that. */
export function proxies(port: Port, address: Address): boolean {
  const { stack, device = '' } = port;
  const on = ['all', device].some((name) => stack.sysctl(stack.deviceKey(name, 'proxy_arp')) === '1');
  return on && mayProxy(port, address);
}

/** Whether a policy rule's table makes the address local: net/ipv4/arp.c `arp_process` routes a question like any packet. */
export function claims({ stack, device = '' }: Port, asker: Address | undefined, address: Address): boolean {
  const answer = address.family === 4 ? stack.fib(4)?.lookup(questionOf(device, asker, address)) : undefined;
  return answer?.kind === 'route' && answer.route.type === 'local' && !stack.ignoresArp(device);
}

function questionOf(device: string, asker: Address | undefined, address: Address): Flow {
  return { dst: address, src: asker, iif: device, mark: 0, tos: 0, proto: 0, sport: undefined, dport: undefined };
}

/** net/ipv4/arp.c `arp_fwd_proxy` */
function mayProxy({ stack, device = '' }: Port, address: Address): boolean {
  const off = ['all', device].every((name) => stack.sysctl(stack.deviceKey(name, 'proxy_arp')) === '0');
  // Who does not forward what comes in there does not pass for a router (`arp_process`: IN_DEV_FORWARD).
  if (off || address.family === 6 || printedForwarding(stack, device, 4)?.value === '0') return false;
  const fib = stack.fib(4);
  if (!fib) return true;
  const way = fib.lookup(questionOf(device, undefined, address));
  return way.kind === 'route' && way.route.type === 'unicast' && way.hops.some((hop) => hop.device !== device);
}

/** net/ipv6/ndisc.c `ndisc_recv_ns`: for addresses that `ip -6 neigh show proxy` prints, which is not collected. */
function mayProxy6({ stack, device = '' }: Port): boolean {
  if (stack.sysctl(`net.ipv6.conf.${sysctlName(device)}.forwarding`) === '0') return false;
  return ['all', device].some((name) => stack.sysctl(`net.ipv6.conf.${sysctlName(name)}.proxy_ndp`) !== '0');
}

/** net/ipv4/arp.c `arp_solicit`: the packet's own source where that is local, else an address of the interface. */
function askedFrom(walk: Walk, stack: Stack, skb: Skb, device: string, nextHop: Address): Address | undefined {
  const { src } = skb.packet;
  if (stack.isLocal(src)) return src;
  return selectSource(stack.interfaces, device, 4, nextHop, 'link', () => routesLoopback(walk, stack, device));
}

/** Why a question is dropped: net/ipv4/arp.c `arp_process` routes it like any packet, the reverse path check included. */
function dropsRequest({ stack }: Port, device: string, asker: Address, address: Address): string | undefined {
  const fib = stack.fib(4);
  const value = effectiveRpFilter((name) => stack.sysctl(stack.deviceKey(name, 'rp_filter')), device);
  if (!fib || value === undefined) return undefined;
  const { drops } = reversePath({
    fib,
    packet: { src: asker, dst: address, proto: 0, mark: 0, ttl: 1, length: 28, dscp: 0 },
    device,
    deviceHasAddress: stack.device(device)?.addresses.some((own) => own.address.family === 4) !== false,
    acceptLocal: ['all', device].some((name) => stack.sysctl(stack.deviceKey(name, 'accept_local')) === '1'),
    useMark: false,
    dst: address,
  });
  if (!drops.includes(value)) return undefined;
  const question = `the question of ${formatAddress(asker)}`;
  if (drops.length === 3) return `${question} seems to be its own`;
  return `strict rp_filter on ${device} drops ${question}`;
}
