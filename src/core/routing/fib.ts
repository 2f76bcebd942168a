import { type Address, type Family, formatAddress } from '../net/address';
import { contains, covers, maskOfLength, type Prefix, prefixLength, prefixOf, samePrefix } from '../net/prefix';
import { inRange } from '../net/range';
import type { Interface, InterfaceAddress } from './interface';
import type { PolicyRule } from './policy-rule';
import { type NextHop, type Route, routeText } from './route';

/** What a routing decision may depend on (the kernel's `flowi`). */
export interface Flow {
  readonly dst: Address;
  /** Undefined for a local sender that has not chosen one: the unspecified address. */
  readonly src: Address | undefined;
  /** `lo` for a local sender. */
  readonly iif: string;
  /** Only where the sender is bound to it. */
  readonly oif?: string;
  /**
   * What rules by outgoing interface are asked of, where the sender is not bound to it; of IPv6 routes to the same prefix
   * with the same metric, one that leads there comes first (net/ipv6/route.c `rt6_score_route`).
   */
  readonly towards?: string;
  /** The same whatever the metric (net/ipv6/route.c `rt6_device_match`). */
  readonly anyMetric?: boolean;
  readonly mark: number;
  readonly tos: number;
  readonly proto: number;
  readonly sport: number | undefined;
  readonly dport: number | undefined;
}

export type FibAnswer =
  | { readonly kind: 'route'; readonly route: Route; readonly hops: readonly NextHop[]; readonly rule: PolicyRule }
  | {
      readonly kind: 'refused';
      readonly type: 'unreachable' | 'prohibit' | 'blackhole';
      /** Undefined where the policy rule itself refuses. */
      readonly route: Route | undefined;
      readonly rule: PolicyRule;
    }
  | { readonly kind: 'none' };

/** The forwarding information base of one family: policy rules, and the tables they name. */
export class Fib {
  private readonly tables = new Map<string, Route[]>();

  constructor(
    readonly family: Family,
    routes: readonly Route[],
    private readonly rules: readonly PolicyRule[],
  ) {
    for (const route of routes)
      if (route.family === family) {
        const table = this.tables.get(route.table);
        if (table) table.push(route);
        else this.tables.set(route.table, [route]);
      }
    for (const table of this.tables.values()) table.sort(better);
  }

  /** net/core/fib_rules.c `fib_rules_lookup`: rules in order of priority, until a table has an answer. */
  lookup(flow: Flow): FibAnswer {
    let skipTo = -1;
    for (const rule of this.rules) {
      if (rule.priority < skipTo || !selects(rule, flow)) continue;
      const { action } = rule;
      if (action.kind === 'goto') skipTo = action.priority;
      else if (action.kind === 'table') {
        const found = this.lookupTable(action.table, flow, rule);
        if (found !== 'continue') return found;
      } else if (action.kind !== 'nop') return { kind: 'refused', type: action.kind, route: undefined, rule };
    }
    return { kind: 'none' };
  }

  /** net/ipv4/fib_trie.c `fib_table_lookup`: the longest prefix, then the lowest metric, whose next hop is usable. */
  private lookupTable(name: string, flow: Flow, rule: PolicyRule): FibAnswer | 'continue' {
    const routes = this.tables.get(name) ?? [];
    for (const best of routes) {
      if (!contains(best.destination, flow.dst)) continue;
      const isThere = ({ destination, metric, nextHops }: Route): boolean =>
        samePrefix(destination, best.destination) &&
        (metric === best.metric || flow.anyMetric === true) &&
        nextHops.some((hop) => hop.device === flow.towards && !hop.dead);
      const route = (flow.towards === undefined ? undefined : routes.find(isThere)) ?? best;
      if (route.tos !== 0 && route.tos !== flow.tos) continue;
      if (route.type === 'throw') return 'continue';
      const length = prefixLength(route.destination) ?? 0;
      if (route.type === 'unreachable' || route.type === 'prohibit' || route.type === 'blackhole')
        return { kind: 'refused', type: route.type, route, rule };
      const hops = route.nextHops.filter((hop) => !hop.dead && (flow.oif === undefined || hop.device === flow.oif));
      if (hops.length === 0) continue;
      if (rule.suppressLength !== undefined && length <= rule.suppressLength) return 'continue';
      return { kind: 'route', route, hops, rule };
    }
    return 'continue';
  }

  /**
   * The type of an address by the local table alone (net/ipv4/fib_frontend.c `__inet_dev_addr_type`); with `device`, only
   * where the best route leads there.
   */
  localRoute(address: Address, device?: string): Route | undefined {
    const best = this.tables.get('local')?.find((route) => contains(route.destination, address));
    return device === undefined || best?.nextHops[0]?.device === device ? best : undefined;
  }

  /** Every route that leads to some address of `prefix`, best first, local table excluded. */
  routesInto(prefix: Prefix): Route[] {
    return [...this.tables]
      .filter(([name]) => name !== 'local')
      .flatMap(([, routes]) => routes.filter((route) => covers(route.destination, prefix)));
  }
}

function better(a: Route, b: Route): number {
  return (
    (prefixLength(b.destination) ?? 0) - (prefixLength(a.destination) ?? 0) ||
    b.tos - a.tos ||
    a.metric - b.metric ||
    a.line - b.line
  );
}

/** net/ipv4/fib_rules.c `fib4_rule_match`. */
function selects(rule: PolicyRule, flow: Flow): boolean {
  const unspecified: Address = { family: flow.dst.family, value: 0n };
  const hit =
    (rule.from === undefined || contains(rule.from, flow.src ?? unspecified)) &&
    (rule.to === undefined || contains(rule.to, flow.dst)) &&
    (rule.iif === undefined || rule.iif === flow.iif) &&
    (rule.oif === undefined || rule.oif === (flow.oif ?? flow.towards)) &&
    (rule.mark === undefined || ((flow.mark ^ rule.mark.value) & rule.mark.mask) === 0) &&
    (rule.tos === undefined || rule.tos === flow.tos) &&
    (rule.protocol === undefined || rule.protocol === flow.proto) &&
    (rule.sport === undefined || (flow.sport !== undefined && inRange(rule.sport, flow.sport))) &&
    (rule.dport === undefined || (flow.dport !== undefined && inRange(rule.dport, flow.dport))) &&
    // Without VRFs there is no l3mdev table; whose process sends is not known, and uid 0 is taken.
    !rule.l3mdev &&
    (rule.uids === undefined || inRange(rule.uids, 0));
  return hit !== rule.not;
}

/**
 * The local table that follows from the addresses, for outputs that show only the main table
 * (net/ipv4/fib_frontend.c `fib_add_ifaddr`).
 */
export function localRoutes(interfaces: readonly Interface[], family: Family): Route[] {
  const routes: Route[] = [];
  for (const device of interfaces)
    for (const own of device.addresses) {
      if (own.address.family !== family) continue;
      const primary = device.addresses.find((other) => !other.secondary && contains(other.network, own.address));
      routes.push(derived('local', prefixOf(own.address), device, own, (primary ?? own).address));
      const length = prefixLength(own.network) ?? 0;
      if (device.loopback && family === 4) routes.push(derived('local', own.network, device, own, own.address));
      else if (family === 4 && length < 31 && !own.secondary)
        routes.push(derived('broadcast', lastOf(own.network), device, own, own.address));
    }
  return routes;
}

function lastOf(network: Prefix): Prefix {
  return prefixOf({ family: network.family, value: network.value | (maskOfLength(network.family, 32) ^ network.mask) });
}

function derived(
  type: 'local' | 'broadcast',
  destination: Prefix,
  device: Interface,
  own: InterfaceAddress,
  source: Address,
): Route {
  const route = {
    family: destination.family,
    table: 'local',
    type,
    destination,
    nextHops: [
      { device: device.name, gateway: undefined, gatewayName: undefined, weight: 1, dead: false, linkDown: false },
    ],
    preferredSource: source,
    metric: 0,
    tos: 0,
    scope: 'host',
    protocol: 'kernel',
    line: 0,
  };
  return { ...route, text: `${routeText(route)} (from ${device.name}'s ${formatAddress(own.address)})` };
}
