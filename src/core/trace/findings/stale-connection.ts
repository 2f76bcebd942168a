import { formatAddress, formatSocket, sameAddress } from '../../net/address';
import { serviceTitle } from '../../kubernetes/service';
import { protocolName } from '../../net/protocol';
import type { Cluster } from '../../snapshot/cluster';
import type { Finding } from '../result';
import type { Run } from '../simulator/simulate';

/** An entry of the connection table that leads the service's packets elsewhere than the rules would now. */
export function staleConnections(cluster: Cluster, run: Run): Finding[] {
  const { dst, dport, proto, src } = run.request.sent;
  const service = cluster.serviceAt(dst);
  const port = service?.ports.find((one) => one.port === dport && one.protocol === proto);
  if (!service || !port) return [];
  return cluster.nodes.flatMap(({ name, host }): Finding[] => {
    const stale = host?.connections?.find(
      ({ protocol, original, reply }) =>
        protocol === proto &&
        sameAddress(original.dst, dst) &&
        original.dport === dport &&
        sameAddress(original.src, src) &&
        !port.endpoints.some((endpoint) => sameAddress(endpoint.address, reply.src)),
    );
    if (!host || !stale) return [];
    const { original, reply, line } = stale;
    const socket = formatSocket(original.src, original.sport);
    const where = sameAddress(reply.src, dst) ? 'nowhere: it has no NAT' : `to ${formatAddress(reply.src)}`;
    const text = `a connection of ${socket} to ${serviceTitle(service)} still leads ${where}`;
    return [
      {
        code: 'stale-conntrack',
        severity: 'warning',
        node: name,
        title: text,
        message:
          `The connection table of ${name} holds ${protocolName(proto)} ${socket} → ${formatSocket(dst, dport)}, which leads ${where}, no endpoint of ${serviceTitle(service)} now: ` +
          `the nat rules are asked for the first packet alone, so that this socket's packets go on so until the entry is gone (conntrack -D -p ${protocolName(proto)} --orig-src ${formatAddress(original.src)} --orig-dst ${formatAddress(dst)})`,
        evidence: [{ node: name, namespace: host.name, output: 'conntrack', line }],
        fix: null,
      },
    ];
  });
}
