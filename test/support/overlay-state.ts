import { formatAddress } from '../../src/core/net/address';
import { formatPrefix, prefixLength } from '../../src/core/net/prefix';
import { auditQuestions } from '../../src/core/audit/audit';
import { isOverlay } from '../../src/core/overlay/device';
import type { Cluster } from '../../src/core/snapshot/cluster';
import type { Step } from '../../src/core/trace/result';
import { trace } from '../../src/core/trace/trace';

/**
 * What carries packets between the nodes, line by line: interfaces that are up, routes of IPv4, and what tunnels know of
 * their far ends. A MAC address that a VTEP has drawn is told by its node.
 */
export function overlayState({ nodes }: Cluster): string[] {
  const vteps = new Map(
    nodes.flatMap(({ name, host }) =>
      (host?.interfaces ?? [])
        .filter(isOverlay)
        .flatMap(({ mac }) => (mac === undefined ? [] : [[mac, name] as const])),
    ),
  );
  const vtep = (mac: string | undefined): string => `VTEP of ${vteps.get(mac ?? '') ?? 'nobody'}`;
  return nodes.flatMap(({ name, host }) => {
    const devices = (host?.interfaces ?? []).filter(({ up }) => up !== false);
    const tunnels = new Set(devices.filter(isOverlay).map((device) => device.name));
    const lines = [
      ...devices.map(({ name: own, mtu, vxlan, addresses }) => {
        const v4 = addresses.filter(({ address }) => address.family === 4);
        const words = [
          ...v4.map(({ address, network }) => `${formatAddress(address)}/${prefixLength(network) ?? ''}`),
          ...(vxlan
            ? [
                `vxlan ${vxlan.id ?? ''} ${vxlan.local ? formatAddress(vxlan.local) : ''} ${vxlan.device ?? ''} ${vxlan.port}`,
              ]
            : []),
        ];
        return `${own} mtu ${mtu ?? ''} ${words.join(' ')}`;
      }),
      ...(host?.routes(4)?.routes ?? [])
        .filter(({ table }) => table === 'main')
        .map(({ destination, nextHops: [hop], preferredSource }) => {
          const via = hop?.gateway ? ` via ${formatAddress(hop.gateway)}` : '';
          const src = preferredSource ? ` src ${formatAddress(preferredSource)}` : '';
          return `route ${formatPrefix(destination)}${via} dev ${hop?.device ?? ''}${src}`;
        }),
      ...(host?.neighbours ?? [])
        .filter(({ device, state }) => tunnels.has(device) && state === 'PERMANENT')
        .map(({ address, device, mac }) => `neighbour ${formatAddress(address)} dev ${device}: ${vtep(mac)}`),
      ...(host?.fdb ?? [])
        .filter(({ device, vtep: far }) => tunnels.has(device) && far)
        .map(({ device, mac, vtep: far }) => `fdb ${vtep(mac)} dev ${device} dst ${far ? formatAddress(far) : ''}`),
    ];
    return lines.map((line) => `${name}: ${line.trim()}`).sort();
  });
}

/** How each path of the audit goes, by its name: verdicts, and what each step of the request and of its reply was. */
export function ways(cluster: Cluster): Record<string, readonly string[]> {
  return Object.fromEntries(
    auditQuestions(cluster).map((question) => {
      const traced = trace(cluster, question);
      const outcomes = 'error' in traced ? [] : traced.value.outcomes;
      return [
        `${question.from} → ${question.to}/${question.protocol}`,
        outcomes.flatMap(({ verdict, request, reply }) => [
          verdict,
          ...[...request.steps, ...(reply?.steps ?? [])].flatMap(stepWords),
        ]),
      ] as const;
    }),
  );
}

function stepWords({ node, namespace, kind, hook, chain, effect, packet, outer = [] }: Step): string[] {
  const where = [node, namespace, kind, hook, chain].filter((one) => one !== null).join(' ');
  const own = `${where}: ${packet.in ?? ''} ${packet.src} → ${packet.dst} ${packet.out ?? ''}: ${effect}`;
  return [own, ...outer.flatMap(stepWords).map((line) => `  ${line}`)];
}
