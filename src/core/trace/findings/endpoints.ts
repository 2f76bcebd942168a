import { type Address, formatAddress, formatSocket, parseAddress, sameAddress } from '../../net/address';
import { type ServicePort, serviceTitle } from '../../kubernetes/service';
import type { Cluster, ServiceEndpoint } from '../../snapshot/cluster';
import type { EvidenceLine, Step } from '../result';
import type { Run } from '../simulator/simulate';
import { type Cause, destinationNat, type Untitled } from './cause';
import { evidenceOf } from './words';

/* Endpoints that are not there: of rules that nobody has brought up to date, and of pods that are gone. */

/** The service port that a run was for, as its rewritten destination tells. */
function rewritten(cluster: Cluster, run: Run): { step: Step; port: ServicePort; found: ServiceEndpoint } | undefined {
  const step = destinationNat(run);
  const address = step && parseAddress(step.packet.dst);
  const service = cluster.serviceAt(run.request.sent.dst);
  const port = service?.ports.find(
    (one) => one.port === run.request.sent.dport && one.protocol === run.request.sent.proto,
  );
  const endpoint = port?.endpoints.find((one) => address && sameAddress(one.address, address));
  return step && service && port && endpoint && { step, port, found: { service, port, endpoint } };
}

/** A node's rules lead to an endpoint that the registry, or the rules of every other node, do not have. */
export const staleRules: Cause = ({ cluster, run, traced }) => {
  const { cause } = traced.fate;
  const gone = traced.fate.stack !== run.sender || cause !== undefined;
  const at = rewritten(cluster, run);
  if (!at || !gone || cause === 'rp-filter' || cause === 'ip-forward') return undefined;
  const { step, port, found } = at;
  const title = serviceTitle(found.service);
  const stale = formatSocket(found.endpoint.address, found.endpoint.port);
  const told = registered(cluster, found);
  const others = port.endpoints.filter(
    (one) => one !== found.endpoint && one.evidence.some(({ node }) => node !== step.node),
  );
  const elsewhere = found.endpoint.evidence.every(({ node }) => node === step.node) && others.length > 0;
  if (told === undefined ? !elsewhere : told.some((one) => sameAddress(one, found.endpoint.address))) return undefined;
  const now =
    told === undefined
      ? `the rules of ${[...new Set(others.flatMap((one) => one.evidence.map(({ node }) => node)))].filter((node) => node !== step.node).join(', ')} lead to ${others.map((one) => formatSocket(one.address, one.port)).join(', ')}`
      : told.length === 0
        ? 'the registry has no endpoint of it'
        : `the registry has ${told.map(formatAddress).join(', ')}`;
  return {
    code: 'stale-rules',
    severity: 'error',
    node: step.node,
    title: `the rules of ${step.node} lead ${title} to ${stale}, which is no endpoint of it any more`,
    message: `The rules of ${step.node} lead ${title} to ${stale}, and ${now}: kube-proxy has not brought them up to date, or another program has left them. ${ending(traced.fate.reason)}`,
    evidence: [...evidenceOf([step]), ...others.flatMap((one) => one.evidence.slice(0, 1).map(lineOf))],
    fix: null,
  };
};

function ending(reason: string): string {
  return reason === '' ? 'The packet ends there' : `The packet ends: ${reason}`;
}

/** What Endpoints and EndpointSlices say; undefined where none was collected for the service. */
function registered(cluster: Cluster, { service }: ServiceEndpoint): Address[] | undefined {
  const objects = cluster.objects.filter(
    (one) => one.kind === 'Endpoints' && one.name === service.name && one.namespace === service.namespace,
  );
  if (objects.length === 0) return undefined;
  return objects.flatMap((one) =>
    one.kind === 'Endpoints' ? one.endpoints.filter(({ ready }) => ready).map(({ address }) => address) : [],
  );
}

function lineOf({ node, namespace, output, line }: EvidenceLine): EvidenceLine {
  return { node, namespace, output, line };
}

/** An endpoint that no pod has, or that lies in no node's pod subnet. */
export const endpointNowhere: Cause = ({ cluster, run, traced }) => {
  const { dst } = run.request.received;
  const found = cluster.endpointAt(dst);
  const { fate } = traced;
  if (!found || cluster.holders(dst).length > 0) return undefined;
  const { cause, stack } = fate;
  const lost = cause === 'neighbour' || cause === 'outside' || cause === 'no-owner' || cause === 'no-route';
  if (!lost || traced.received.dst.value !== dst.value) return undefined;
  const owner = cluster.subnetOwner(dst);
  const where = owner ? `no pod of ${owner.node.name} has it` : "it lies in no node's pod subnet";
  const neighbour = stack.namespace.neighbours?.find((one) => sameAddress(one.address, dst));
  return nowhere(found, where, stack.node, `: ${fate.reason}`, [
    ...found.endpoint.evidence.slice(0, 1).map(lineOf),
    ...(neighbour
      ? [{ node: stack.node, namespace: stack.name, output: 'ip-neigh', line: neighbour.line, text: 'neighbour' }]
      : []),
  ]);
};

function nowhere(
  { service, endpoint }: ServiceEndpoint,
  where: string,
  node: string,
  why: string,
  evidence: readonly EvidenceLine[],
): Untitled {
  const text = `endpoint ${formatSocket(endpoint.address, endpoint.port)} of ${serviceTitle(service)} is nowhere`;
  return {
    code: 'endpoint-nowhere',
    severity: 'error',
    node,
    title: `${text}: ${where}`,
    message: `${text}: ${where}${why}`,
    evidence,
    fix: null,
  };
}
