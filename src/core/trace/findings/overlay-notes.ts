import { formatAddress } from '../../net/address';
import { contains, formatPrefix } from '../../net/prefix';
import { isOverlay } from '../../overlay/device';
import { serviceTitle } from '../../kubernetes/service';
import type { Cluster } from '../../snapshot/cluster';
import type { Finding, Step } from '../result';
import type { Run } from '../simulator/simulate';
import { evidenceOf, routeOf } from './words';

/** What an expert would point out of the overlay, whether the packets pass or not. */
export function overlayNotes(cluster: Cluster, run: Run): Finding[] {
  return [...serviceInOverlay(cluster, run), ...masqueradedTwice(run)];
}

/** Service addresses within the overlay's network: the first route lookup takes them for pods. */
function serviceInOverlay(cluster: Cluster, run: Run): Finding[] {
  const { dst } = run.request.sent;
  const service = cluster.serviceAt(dst);
  const step = run.request.leg.steps.find((one) => one.kind === 'route' && one.namespace === 'host');
  const network = cluster.flannel.config?.network;
  const host = step && cluster.node(step.node)?.host;
  const route = host && routeOf(host, step);
  const device = host?.interface(route?.nextHops[0]?.device ?? '');
  const covers = route && device && isOverlay(device) && route.destination.mask !== 0n ? route.destination : network;
  if (!service || !step || !covers || !contains(covers, dst)) return [];
  const text = `the address of ${serviceTitle(service)} lies in ${formatPrefix(covers)}, the network of the overlay`;
  return [
    {
      code: 'service-in-overlay',
      severity: 'warning',
      node: step.node,
      title: text,
      message: `${formatAddress(dst)}, ${text}: on the nodes such an address is routed like a pod's, which chooses the source and may collide with a pod. Services need a range of their own`,
      evidence: evidenceOf([step]),
      fix: null,
    },
  ];
}

/** The mark of the inner packet is kept by VXLAN, and so KUBE-POSTROUTING masquerades the outer one as well. */
function masqueradedTwice(run: Run): Finding[] {
  for (const traced of [run.request, run.reply]) {
    for (const tunnel of traced?.leg.steps ?? []) {
      const outer = tunnel.outer?.find(isRandomMasquerade);
      const inner = traced?.leg.steps.find(isRandomMasquerade);
      if (!outer || !inner || !/\(VXLAN\)/.test(tunnel.text)) continue;
      return [
        {
          code: 'outer-masqueraded',
          severity: 'warning',
          node: tunnel.node,
          title: `the outer packet of ${tunnel.text} is masqueraded, too: kernels before 5.7 send it with a wrong checksum`,
          message:
            `The outer packet of ${tunnel.text} on ${tunnel.node} keeps the mark of the inner one and is masqueraded, too, with --random-fully: kernels before 5.7 (and those without commit ea64d8d6c675) then send a wrong UDP checksum ` +
            `where the interface computes it, and the SYNs are lost until one is not (63 seconds). kube-proxy takes the mark off since 1.16.13, 1.17.9 and 1.18.6; ethtool -K ${/^\S+/.exec(tunnel.text)?.[0] ?? ''} tx-checksum-ip-generic off helps at once`,
          evidence: evidenceOf([outer]),
          fix: null,
        },
      ];
    }
  }
  return [];
}

function isRandomMasquerade({ effect, text }: Step): boolean {
  return effect.startsWith('MASQUERADE') && text.includes('--random-fully');
}
