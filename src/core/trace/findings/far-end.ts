import { type Address, formatAddress, parseAddress, sameAddress } from '../../net/address';
import { contains, formatPrefix } from '../../net/prefix';
import { isContainerBridge, isVxlan } from '../../overlay/device';
import type { Cluster, ClusterNode } from '../../snapshot/cluster';
import type { EvidenceLine, Step } from '../result';
import type { Cause, Failure, Untitled } from './cause';
import { describe, evidenceOf, sentence, WHAT } from './words';

/* Tunnels that end at another node than the one they are for. */

/** A lease, or a forwarding entry, sends a pod subnet's packets to a node that does not have the subnet. */
export const wrongFarEnd: Cause = (failure) => {
  const { cluster, traced } = failure;
  const { dst } = traced.received;
  const owner = wiredTo(cluster, dst);
  for (const step of traced.leg.steps) {
    if (step.kind !== 'tunnel' || step.packet.dst !== formatAddress(dst)) continue;
    const end = farEnd(step);
    if (!owner || end === undefined || end === owner.name || step.node === owner.name) continue;
    return misled(failure, step, owner, end);
  }
  return undefined;
};

/** The node that a pod address is wired to: by the pod that holds it, or the bridge of its subnet; no matter what leases say. */
function wiredTo(cluster: Cluster, address: Address): ClusterNode | undefined {
  const holder = cluster.holders(address).find(({ namespace }) => namespace.kind !== 'host');
  if (holder) return holder.node;
  return cluster.nodes.find(({ host }) =>
    host?.interfaces?.some(
      (device) =>
        isContainerBridge(device, host.interfaces ?? []) &&
        device.addresses.some(({ network }) => contains(network, address)),
    ),
  );
}

function farEnd(tunnel: Step): string | undefined {
  const last = tunnel.outer?.at(-1);
  const outer = last?.packet.dst;
  return last?.namespace === 'host' && outer !== undefined ? last.node : undefined;
}

function misled(failure: Failure, step: Step, owner: ClusterNode, end: string): Untitled {
  const { cluster, name, traced } = failure;
  const { dst } = traced.received;
  const device = /^\S+/.exec(step.text)?.[0] ?? '';
  const outer = step.outer?.[0]?.packet.dst ?? '';
  const base = { severity: 'error', fix: null } as const;
  const what = `${sentence(WHAT[name])} to ${describe(cluster, dst)}, on ${owner.name}, is carried by ${device} of ${step.node} to ${end}`;
  const entry = cluster
    .node(step.node)
    ?.host?.fdb?.find((one) => one.device === device && one.vtep && formatAddress(one.vtep) === outer);
  if (entry) {
    const line: EvidenceLine = { node: step.node, namespace: 'host', output: 'bridge-fdb', line: entry.line };
    const shared = cluster.nodes.filter(({ host }) =>
      host?.interfaces?.some((one) => isVxlan(one) && one.mac?.toLowerCase() === entry.mac.toLowerCase()),
    );
    const names = shared.map((node) => node.name).join(', ');
    if (shared.length > 1)
      return {
        ...base,
        code: 'duplicate-vtep-mac',
        node: step.node,
        title: `the VTEPs of ${names} have one MAC address, ${entry.mac}`,
        message: `${what}: the VTEPs of ${names} have one MAC address, ${entry.mac}, and a forwarding database has one node for each. Machines cloned with one machine-id get one (MACAddressPolicy=persistent of systemd)`,
        evidence: [line, ...shared.flatMap((node) => deviceLines(node, device))],
      };
    return {
      ...base,
      code: 'wrong-vtep',
      node: step.node,
      title: `the forwarding database of ${step.node} has ${outer} (${end}) for the VTEP of ${owner.name}`,
      message: `${what}: its forwarding database has ${outer} for ${entry.mac}, and ${outer} is ${end}'s`,
      evidence: [line],
    };
  }
  const lease = cluster.flannel.leases.find((one) => contains(one.subnet, dst));
  const subnet = lease ? formatPrefix(lease.subnet) : 'the pod subnet';
  return {
    ...base,
    code: 'wrong-lease',
    node: owner.name,
    title: `the lease of ${subnet} names ${outer}, ${end}'s address, and the subnet is on ${owner.name}`,
    message: `${what}: flannel's lease of ${subnet} names ${outer}, which is ${end}'s, and the subnet is on ${owner.name}. Start flanneld on ${owner.name} anew, with the interface that reaches the others`,
    evidence: [...leaseLines(cluster, dst), ...evidenceOf([step])],
  };
}

function deviceLines(node: ClusterNode, name: string): EvidenceLine[] {
  const device = node.host?.interface(name);
  return device ? [{ node: node.name, namespace: 'host', output: 'ip-addr', line: device.line, text: name }] : [];
}

function leaseLines(cluster: Cluster, address: Address): EvidenceLine[] {
  const lease = cluster.flannel.leases.find((one) => contains(one.subnet, address));
  const from = cluster.namespaces.find((one) => one.output('etcd-flannel'));
  if (!lease || lease.line === 0 || !from) return [];
  return [{ node: from.node, namespace: from.name, output: 'etcd-flannel', line: lease.line }];
}

/** Several nodes have one address, and what is sent from it, or to it, ends at the wrong one. */
export const duplicateAddress: Cause = ({ cluster, run, name, traced }) => {
  const outer = traced.leg.steps.flatMap((step) => step.outer?.slice(0, 1) ?? []);
  const used = [traced.sent.src, traced.received.src, traced.received.dst, run.request.sent.src].concat(
    outer.flatMap(({ packet }) => [packet.src, packet.dst].flatMap((text) => parseAddress(text) ?? [])),
  );
  for (const [at, address] of used.entries()) {
    if (used.findIndex((one) => sameAddress(one, address)) !== at) continue;
    const holders = cluster.holders(address).filter(({ namespace }) => namespace.kind === 'host');
    const nodes = [...new Set(holders.map(({ node }) => node))];
    if (nodes.length < 2) continue;
    const names = nodes.map((node) => node.name).join(', ');
    const text = formatAddress(address);
    const { stack } = traced.fate;
    return {
      code: 'duplicate-address',
      severity: 'error',
      node: stack.node,
      title: `${text} is an address of ${names}`,
      message: `${sentence(WHAT[name])} ends on ${stack.title}${traced.fate.reason === '' ? '' : ` (${traced.fate.reason})`}: ${text} is an address of ${names}, and cannot tell them apart. Let flannel (--iface), kubelet (--node-ip) and the routes use the interface that reaches the others`,
      evidence: holders.map(({ node, namespace, device }) => ({
        node: node.name,
        namespace: namespace.name,
        output: 'ip-addr',
        line: device.addresses.find((own) => sameAddress(own.address, address))?.line ?? device.line,
        text,
      })),
      fix: null,
    };
  }
  return undefined;
};
