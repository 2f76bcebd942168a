import { formatAddress } from '../../net/address';
import { serviceTitle } from '../../kubernetes/service';
import type { Cluster } from '../../snapshot/cluster';
import type { Finding } from '../result';
import type { Run } from '../simulator/simulate';

/** An endpoint that lives elsewhere than the registry, or the people, expect. */
export function unexpectedOwner(cluster: Cluster, run: Run): Finding[] {
  if (cluster.objects.length === 0 && cluster.expectations.length === 0) return [];
  const address = run.request.received.dst;
  const owner = cluster.nodeOf(address);
  if (!owner) return [];
  const found = cluster.endpointAt(address);
  const expected = found?.endpoint.expectedNode ?? expectation(cluster, found && serviceTitle(found.service));
  if (!found || expected === undefined || expected === owner.name) return [];
  return [
    {
      code: 'endpoint-elsewhere',
      severity: 'warning',
      node: owner.name,
      title: `endpoint ${formatAddress(address)} is on ${owner.name}, though it is expected on ${expected}`,
      message: `Endpoint ${formatAddress(address)} of ${serviceTitle(found.service)} is on ${owner.name}, though it is expected on ${expected}`,
      evidence: found.endpoint.evidence.slice(0, 1).map((line) => ({ ...line })),
      fix: null,
    },
  ];
}

/** `expectations` of a snapshot: where its author believes a service to run. */
function expectation(cluster: Cluster, service: string | undefined): string | undefined {
  return cluster.expectations.find((one) => one.service === service)?.node;
}
