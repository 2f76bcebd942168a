import { type Address, type Family, formatAddress } from '../net/address';
import { formatPrefix, type Prefix } from '../net/prefix';

/** Route types (rtnetlink(7) `rtm_type`). `broadcast` and `anycast` stand in the local table. */
export type RouteType =
  'unicast' | 'local' | 'broadcast' | 'anycast' | 'multicast' | 'unreachable' | 'prohibit' | 'blackhole' | 'throw';

/** Where a route leads: an interface, and a gateway unless the destination is on-link. */
export interface NextHop {
  readonly device: string | undefined;
  readonly gateway: Address | undefined;
  /** A gateway that the output gives by name only. */
  readonly gatewayName: string | undefined;
  readonly weight: number;
  /** RTNH_F_DEAD or RTNH_F_LINKDOWN: not to be used, or at the interface's own discretion. */
  readonly dead: boolean;
  readonly linkDown: boolean;
  /** Of one of several, as ip prints them; those of a route with one are its own. */
  readonly flags?: readonly string[];
}

export interface Route {
  readonly family: Family;
  /** `main`, `local`, `default`, or a number as text. */
  readonly table: string;
  readonly type: RouteType;
  readonly destination: Prefix;
  readonly nextHops: readonly NextHop[];
  readonly preferredSource: Address | undefined;
  /** The lower the better. */
  readonly metric: number;
  readonly tos: number;
  readonly scope: string | undefined;
  readonly protocol: string | undefined;
  /** As printed, for people. */
  readonly text: string;
  /** Line of the output, counting from 1; 0 for a route derived from an address. */
  readonly line: number;
}

export const ROUTE_TYPES: readonly RouteType[] = [
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'unreachable',
  'prohibit',
  'blackhole',
  'throw',
];

/** Tables have a name or a number; 253 to 255 are named in /etc/iproute2/rt_tables. */
export function tableName(text: string | number): string {
  const name = String(text);
  return { '253': 'default', '254': 'main', '255': 'local' }[name] ?? name;
}

/**
 * A route as `ip route` prints it, for routes that came in another form; with -o, where it has several next hops.
 * `more`: what it prints behind the metric and is not known of here (iproute2 ip/iproute.c `print_route`).
 */
export function routeText(route: Omit<Route, 'text'>, more: readonly string[] = []): string {
  const words: string[] = [];
  const { nextHops } = route;
  if (route.type !== 'unicast') words.push(route.type);
  words.push(route.destination.mask === 0n ? 'default' : formatPrefix(route.destination).replace(/\/(32|128)$/, ''));
  if (route.tos !== 0) words.push('tos', `0x${route.tos.toString(16)}`);
  if (nextHops.length === 1) words.push(...nextHops.flatMap(hopWords));
  if (route.table !== 'main') words.push('table', route.table);
  if (route.protocol !== undefined) words.push('proto', route.protocol);
  if (route.scope !== undefined) words.push('scope', route.scope);
  if (route.preferredSource) words.push('src', formatAddress(route.preferredSource));
  if (route.metric !== 0) words.push('metric', String(route.metric));
  words.push(...more);
  if (nextHops.length > 1)
    for (const hop of nextHops)
      words.push('nexthop', ...hopWords(hop), 'weight', String(hop.weight), ...(hop.flags ?? []));
  return words.join(' ');
}

function hopWords({ gateway, gatewayName, device }: NextHop): string[] {
  const via = gateway ? formatAddress(gateway) : gatewayName;
  return [...(via === undefined ? [] : ['via', via]), ...(device === undefined ? [] : ['dev', device])];
}
