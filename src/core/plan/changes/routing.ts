import { type Address, formatAddress } from '../../net/address';
import type { PolicyRule } from '../../routing/policy-rule';
import { STANDARD_RULES } from '../../routing/policy-rule';
import { isRouteCommand } from '../../routing/route-command';
import { type NextHop, type Route, routeText } from '../../routing/route';
import { withoutRoutes } from '../../snapshot/edit/routes';
import type { NetworkNamespace } from '../../snapshot/namespace';
import type { PolicyRuleChange } from '../policy-rule-change';
import { policyRuleToDelete } from '../policy-rule-change';
import { type RouteChange, routeToDelete, routeToReplace } from '../route-change';
import { type Made, type Refused, withOutput } from './made';

/** One route added, deleted or replaced. */
export function changeRoute(host: NetworkNamespace, change: RouteChange): Made | Refused {
  const { family, verb, words } = change;
  const id = family === 4 ? 'ip-route' : 'ip6-route';
  const output = host.output(id);
  const routes = host.routes(family)?.routes;
  if (!output || !routes) return { error: `the routes of ${host.node} were not collected` };
  const { table } = change.route;
  const old = verb === 'del' ? routeToDelete(routes, change) : routeToReplace(routes, change);
  if (verb === 'del' && !old) return { error: `there is no route "${words.join(' ')}" on ${host.node}` };
  if (verb === 'add' && old) return { error: `there is a route already on ${host.node}: "${old.text}"` };
  if (family === 6 && (old?.nextHops.length ?? 0) > 1)
    return { error: 'an IPv6 route with several next hops is not changed by a plan' };
  const added = verb === 'del' ? undefined : completed(host, change);
  if (added && 'error' in added) return added;
  const does = [verb, ...words];
  const undoes = old
    ? [verb === 'del' ? 'add' : 'replace', ...wordsOf(old)]
    : ['del', ...wordsOf(added ?? change.route)];
  const kept = withoutRoutes(output.stdout, family, old ? [old] : []);
  return {
    record: withOutput(host.record, id, output.command, kept + (added ? `${added.text}\n` : '')),
    operations: [
      {
        kind: 'route',
        family,
        does,
        undoes,
        removes: old ? [listed(old)] : [],
        adds: added ? [listed(added)] : [],
        table,
      },
    ],
    ...(isRouteCommand(output.stdout) && {
      unfit: `the routes of ${host.node} were read from route, which does not show all of them: collect ip route`,
    }),
  };
}

/** One policy rule added or deleted. */
export function changePolicyRule(host: NetworkNamespace, change: PolicyRuleChange): Made | Refused {
  const { family, verb, rule } = change;
  const id = family === 4 ? 'ip-rule' : 'ip6-rule';
  const known = host.policyRules(family)?.rules;
  const rules = known ?? STANDARD_RULES;
  const line = (one: PolicyRule): string => `${one.priority}: ${one.text}`;
  const old = verb === 'del' ? policyRuleToDelete(rules, change) : undefined;
  if (verb === 'del' && !old) return { error: `there is no policy rule "${line(rule)}" on ${host.node}` };
  if (verb === 'add' && rules.some((one) => line(one) === line(rule)))
    return { error: `there is a policy rule "${line(rule)}" on ${host.node} already` };
  const after = old ? rules.filter((one) => one !== old) : [...rules, rule];
  const wordsOfRule = ({ priority, text }: PolicyRule): string[] => [...text.split(' '), 'priority', String(priority)];
  return {
    record: withOutput(
      host.record,
      id,
      host.output(id)?.command ?? 'ip rule',
      after.map((one) => `${line(one)}\n`).join(''),
    ),
    operations: [
      {
        kind: 'policy-rule',
        family,
        does: [verb, ...wordsOfRule(old ?? rule)],
        undoes: [old ? 'add' : 'del', ...wordsOfRule(old ?? rule)],
        removes: old ? [line(old)] : [],
        adds: old ? [] : [line(rule)],
        table: '',
      },
    ],
    ...(!known && { unfit: `the policy rules of ${host.node} were not collected` }),
  };
}

/** The route as it will be printed: the kernel finds the interface of a gateway, and fills in scope and metric. */
function completed(
  host: NetworkNamespace,
  { route, words, family }: RouteChange,
): (Route & { text: string }) | Refused {
  const nextHops: NextHop[] = [];
  for (const hop of route.nextHops) {
    const { gateway } = hop;
    const finds = route.type === 'unicast' && gateway !== undefined && hop.device === undefined;
    const device = finds ? deviceOf(host, gateway) : hop.device;
    if (finds && device === undefined)
      return { error: `${host.node} has no interface that reaches ${formatAddress(gateway)}: say "dev NAME"` };
    if (device !== undefined && host.interfaces && !host.interface(device))
      return { error: `${host.node} has no interface ${device}` };
    nextHops.push({ ...hop, device });
  }
  const scope = route.scope ?? impliedScope(route);
  const full: Omit<Route, 'text'> = {
    ...route,
    nextHops,
    metric: route.metric === 0 && family === 6 ? 1024 : route.metric,
    scope: scope === 'global' || family === 6 ? undefined : scope,
    protocol: route.protocol === 'boot' ? undefined : route.protocol,
  };
  const text = routeText(full, [
    ...(words.includes('onlink') && nextHops.length === 1 ? ['onlink'] : []),
    ...(words.includes('mtu') ? ['mtu', words[words.indexOf('mtu') + 1] ?? ''] : []),
    ...(family === 6 ? ['pref', 'medium'] : []),
  ]);
  return { ...full, text };
}

/** `ip route` sets it where it is not said (iproute2 ip/iproute.c `iproute_modify`). */
function impliedScope({ type, nextHops }: Route): string | undefined {
  if (type === 'local') return 'host';
  return type === 'unicast' && nextHops.length === 1 && nextHops[0]?.gateway === undefined ? 'link' : undefined;
}

function deviceOf(host: NetworkNamespace, gateway: Address): string | undefined {
  const found = host.fib(gateway.family)?.lookup({
    dst: gateway,
    src: undefined,
    iif: 'lo',
    mark: 0,
    tos: 0,
    proto: 0,
    sport: undefined,
    dport: undefined,
  });
  return found?.kind === 'route' ? found.hops[0]?.device : undefined;
}

/** As `ip route show table T` prints it: without the table. */
function listed({ text }: Route): string {
  return text.replace(/ table \S+/, '');
}

/** Flags of a route that the kernel sets by itself (rtnetlink(7), include/uapi/linux/rtnetlink.h). */
const STATE = new Set([
  'dead',
  'linkdown',
  'pervasive',
  'offload',
  'trap',
  'rt_offload',
  'rt_trap',
  'rt_offload_failed',
]);

/** The words that make a route again; what the kernel says of its state is not among them. */
function wordsOf({ text, table }: Route): string[] {
  const words = text.split(' ').filter((word) => !STATE.has(word));
  if (words.includes('table') || table === 'main') return words;
  // What is said of the whole route comes before its next hops.
  const hops = words.indexOf('nexthop');
  return hops < 0 ? [...words, 'table', table] : [...words.slice(0, hops), 'table', table, ...words.slice(hops)];
}
