import { formatAddress } from '../../net/address';
import type { Route } from '../../routing/route';
import type { Cause } from './cause';
import { describe, evidenceOf, routeOf, sentence, WHAT } from './words';

/** A route that says no: blackhole, unreachable, prohibit; and broadcast, to which no connection is made. */
export const refusedRoute: Cause = ({ cluster, name, traced }) => {
  const { fate, leg, received } = traced;
  if (fate.cause !== 'refused-route' && fate.cause !== 'broadcast') return undefined;
  const step = leg.steps.findLast((one) => one.kind === 'route');
  const routes = fate.stack.namespace.routes(received.dst.family)?.routes ?? [];
  const route = step && routeOf(fate.stack.namespace, step);
  const service = cluster.serviceAt(received.dst);
  const early =
    service && fate.stack.namespace.kind === 'host' && name === 'request' && leg.steps[0] === step
      ? ': what is sent from here is routed before OUTPUT, and the nat table is not asked'
      : '';
  const hidden = route && hiddenLocal(routes, route);
  const rest = hidden ? `; "${hidden.text}", which would deliver it, comes behind` : early;
  const { node } = fate.stack;
  return {
    code: fate.cause === 'broadcast' ? 'broadcast-route' : 'refused-route',
    severity: 'error',
    node,
    title: `${fate.reason}: "${route?.text ?? step?.text ?? ''}"`,
    message: `${sentence(WHAT[name])} to ${describe(cluster, received.dst)} ends on ${fate.stack.title}, by the route "${route?.text ?? step?.text ?? ''}"${rest}`,
    evidence: [
      ...evidenceOf(step ? [step] : []),
      ...(hidden
        ? [{ node, namespace: fate.stack.name, output: 'ip-route', line: hidden.line, text: hidden.text }]
        : []),
    ],
    fix:
      route && fate.stack.namespace.kind === 'host'
        ? {
            title: `Delete that route on ${node}`,
            changes: [{ kind: 'route', node, route: `del ${route.text.trim()}` }],
          }
        : null,
  };
};

/** The entry of the local table by which the address would be the host's own. */
function hiddenLocal(routes: readonly Route[], route: Route): Route | undefined {
  const text = formatAddress(route.destination);
  return routes.find(
    (one) => one.table === 'local' && one.type === 'local' && formatAddress(one.destination) === text && one !== route,
  );
}
