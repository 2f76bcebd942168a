import type { Route } from '../routing/route';
import { STANDARD_RULES } from '../routing/policy-rule';
import type { Family } from '../net/address';
import type { NetworkNamespace } from '../snapshot/namespace';
import { inParts, unread, type OutlineItem, plural } from './item';

/** Routes by table, and the policy rules that choose the table. */
export function routesItem(namespace: NetworkNamespace): OutlineItem {
  const known = namespace.routes(4);
  const known6 = namespace.routes(6);
  if (!known && !known6) return unread(namespace, 'Routes', 'ip route show table all', ['ip-route', 'ip6-route']);
  const routes = [...(known?.routes ?? []), ...(known6?.routes ?? [])];
  const main = routes.filter((route) => route.table === 'main').length;
  return {
    id: 'routes',
    label: 'Routes',
    description: plural(main, 'route'),
    icon: 'milestone',
    children: () => [
      ...tables(namespace, routes),
      ...([4, 6] as const).flatMap((family) => rulesItem(namespace, family)),
    ],
  };
}

function tables(namespace: NetworkNamespace, routes: readonly Route[]): OutlineItem[] {
  const names = [...new Set(routes.map((route) => route.table))].sort(
    (a, b) => rank(a) - rank(b) || a.localeCompare(b),
  );
  return names.map((name) => {
    const own = routes.filter((route) => route.table === name);
    return {
      id: `table ${name}`,
      label: `table ${name}`,
      description: plural(own.length, 'route'),
      icon: 'table',
      expanded: name === 'main',
      children: () => inParts(own, (route, at) => routeItem(namespace, route, at)),
    };
  });
}

/** The main table first, the local one last. */
function rank(table: string): number {
  return { main: 0, local: 2 }[table] ?? 1;
}

function routeItem(namespace: NetworkNamespace, route: Route, at: number): OutlineItem {
  const [destination, ...rest] = route.text.split(/ (?=via |dev |nexthop |table |scope |proto |metric |src )/);
  return {
    id: `${at} ${route.text}`,
    label: destination ?? route.text,
    description: rest.join(' '),
    tooltip: route.text,
    icon: route.nextHops.some((hop) => hop.gateway ?? hop.gatewayName)
      ? 'arrow-right'
      : route.type === 'unicast'
        ? 'arrow-small-right'
        : 'circle-slash',
    source: {
      node: namespace.node,
      namespace: namespace.name,
      output: route.family === 4 ? 'ip-route' : 'ip6-route',
      line: route.line,
    },
    copy: route.text,
  };
}

function rulesItem(namespace: NetworkNamespace, family: Family): OutlineItem[] {
  const known = namespace.policyRules(family);
  if (!known && family === 6) return [];
  const rules = known?.rules ?? STANDARD_RULES;
  const title = family === 4 ? 'Policy rules' : 'Policy rules (IPv6)';
  return [
    {
      id: `rules ${family}`,
      label: title,
      description: known ? plural(rules.length, 'rule') : "not collected: the kernel's own three are taken",
      icon: 'law',
      ...(!known && { state: 'missing' as const }),
      children: () =>
        rules.map((rule) => ({
          id: `${rule.priority} ${rule.text}`,
          label: `${rule.priority}:`,
          description: rule.text,
          icon: 'arrow-small-right',
          copy: `${rule.priority}: ${rule.text}`,
          ...(rule.line > 0 && {
            source: {
              node: namespace.node,
              namespace: namespace.name,
              output: family === 4 ? 'ip-rule' : 'ip6-rule',
              line: rule.line,
            },
          }),
        })),
    },
  ];
}
