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

/** A route as `ip route` prints it, for routes that came in another form. */
export function routeText(route: Omit<Route, 'text'>): string {
  const words: string[] = [];
  if (route.type !== 'unicast') words.push(route.type);
  words.push(route.destination.mask === 0n ? 'default' : formatPrefix(route.destination).replace(/\/(32|128)$/, ''));
  if (route.tos !== 0) words.push('tos', `0x${route.tos.toString(16)}`);
  for (const hop of route.nextHops) {
    if (route.nextHops.length > 1) words.push('nexthop');
    if (hop.gateway) words.push('via', formatAddress(hop.gateway));
    else if (hop.gatewayName !== undefined) words.push('via', hop.gatewayName);
    if (hop.device !== undefined) words.push('dev', hop.device);
    if (route.nextHops.length > 1) words.push('weight', String(hop.weight));
  }
  if (route.table !== 'main') words.push('table', route.table);
  if (route.protocol !== undefined) words.push('proto', route.protocol);
  if (route.scope !== undefined) words.push('scope', route.scope);
  if (route.preferredSource) words.push('src', formatAddress(route.preferredSource));
  if (route.metric !== 0) words.push('metric', String(route.metric));
  return words.join(' ');
}
