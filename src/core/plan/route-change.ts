import type { Family } from '../net/address';
import { parseAddress } from '../net/address';
import { samePrefix } from '../net/prefix';
import { readRoutes } from '../routing/read-routes';
import { type Route, ROUTE_TYPES } from '../routing/route';
import { readIpCommand, strayWord } from './ip-command';

/** A change of one route, as `ip route` makes it. */
export interface RouteChange {
  readonly family: Family;
  readonly verb: 'add' | 'del' | 'replace';
  readonly route: Route;
  /** The words of the route, those that tell of a deleted one included. */
  readonly words: readonly string[];
}

const WITH_VALUE = new Set(
  'via inet inet6 dev src metric priority preference table proto protocol scope tos dsfield mtu advmss pref weight'.split(
    ' ',
  ),
);
const ALONE = new Set(['onlink', 'nexthop', 'lock']);

/** Reads `add|del|replace [TYPE] PREFIX [via ADDRESS] [dev NAME] …` (ip-route(8)). */
export function readRouteChange(text: string): RouteChange | { readonly error: string } {
  const command = readIpCommand(text, 'route');
  if ('error' in command) return command;
  const { family, verb } = command;
  const words = command.words.map((word) => (word === 'priority' || word === 'preference' ? 'metric' : word));
  const typed = (ROUTE_TYPES as readonly string[]).includes(words[0] ?? '');
  const stray = strayWord(words.slice(typed ? 2 : 1), WITH_VALUE, ALONE);
  if (stray !== undefined) return { error: stray };
  const { routes } = readRoutes(words.join(' '), family);
  const [route] = routes;
  if (!route || route.family !== family) return { error: `"${words.join(' ')}" is not a route` };
  const { nextHops, metric, type } = route;
  const named = nextHops.find(({ gatewayName }) => gatewayName !== undefined)?.gatewayName;
  if (named !== undefined) return { error: `via "${named}" is not an address` };
  if (!Number.isInteger(metric)) return { error: `the metric is not a number` };
  const source = words[words.indexOf('src') + 1];
  if (words.includes('src') && !parseAddress(source ?? '')) return { error: `src "${source ?? ''}" is not an address` };
  const several = words.includes('nexthop') ? whyNotSeveral(words.slice(words.indexOf('nexthop')), route) : undefined;
  if (several !== undefined) return { error: several };
  const leads = nextHops.every(({ device, gateway }) => device !== undefined || gateway !== undefined);
  if (verb !== 'del' && type === 'unicast' && !leads) return { error: 'where to? "via ADDRESS" or "dev NAME"' };
  return { family, verb, route, words };
}

/** From the first `nexthop` on, ip reads nothing but next hops (iproute2 ip/iproute.c `parse_nexthops`). */
function whyNotSeveral(words: readonly string[], { family, nextHops }: Route): string | undefined {
  if (family === 6) return 'an IPv6 route with several next hops is not changed by a plan';
  const stray = strayWord(words, new Set(['via', 'dev', 'weight']), new Set(['nexthop', 'onlink']));
  if (stray !== undefined) return `${stray}: what is said of the whole route comes before the first nexthop`;
  const wrong = nextHops.find(({ weight }) => !Number.isInteger(weight) || weight < 1 || weight > 256);
  return wrong ? 'the weight of a next hop is 1 to 256' : undefined;
}

/**
 * The route that `ip route del` would take: the first of its table that has all that the command says
 * (net/ipv4/fib_trie.c `fib_table_delete`).
 */
export function routeToDelete(routes: readonly Route[], { route, words }: RouteChange): Route | undefined {
  const { nextHops } = route;
  return routes.find(
    (one) =>
      one.table === route.table &&
      one.family === route.family &&
      samePrefix(one.destination, route.destination) &&
      (route.type === 'unicast' || one.type === route.type) &&
      one.tos === route.tos &&
      (!words.includes('metric') || one.metric === route.metric) &&
      (nextHops.length === 1 || nextHops.length === one.nextHops.length) &&
      nextHops.every(
        ({ device, gateway }, at) =>
          (device === undefined || one.nextHops[at]?.device === device) &&
          (gateway === undefined || one.nextHops[at]?.gateway?.value === gateway.value),
      ),
  );
}

/** The route whose place a new one would take: of the same destination, tos and metric. */
export function routeToReplace(routes: readonly Route[], { route }: RouteChange): Route | undefined {
  return routes.find(
    (one) =>
      one.table === route.table &&
      one.family === route.family &&
      samePrefix(one.destination, route.destination) &&
      one.tos === route.tos &&
      one.metric === route.metric,
  );
}
