import { covers, formatPrefix, parsePrefix } from '../../net/prefix';
import { isFlannelUdp } from '../../overlay/device';
import { type Lease, leaseValue } from '../../overlay/flannel';
import type { Cluster } from '../../snapshot/cluster';
import { withoutDevice } from '../../snapshot/edit/devices';
import type { NamespaceRecord } from '../../snapshot/format';
import { NetworkNamespace } from '../../snapshot/namespace';
import type { AgentPrediction } from '../change';
import type { Settings } from '../refusal';
import { FLANNEL } from '../texts';
import { flannelKeys, withKey, withRecord, withRecords } from '../with-text';
import { BACKENDS_TOLD } from './backends';
import { allLeases, backendOf, overlayNode } from './overlay-node';
import { withSubnetEnv } from './subnet-env';

/**
 * The cluster once the flanneld of a node has been restarted with a network config, as far as it does that alone: its
 * interface and its lease. What the kernel holds of the backend before stays, but for the TUN of udp, which ends with its
 * flanneld.
 */
export function flanneldStarted(cluster: Cluster, name: string, settings: Settings): AgentPrediction {
  const type = String(settings.get('Backend.Type') ?? 'udp');
  const backend = BACKENDS_TOLD[type];
  if (!backend) return { cluster, unknown: `what flanneld sets up with backend ${type} is not predicted` };
  const node = overlayNode(cluster, name);
  if (!node)
    return { cluster, unknown: `which pod subnet ${name} has is not known: collect flannel's leases, or subnet.env` };
  const network = parsePrefix(String(settings.get('Network') ?? ''));
  if (network && !covers(network, node.lease.subnet))
    return { cluster, unknown: `${name} gets another pod subnet, which is drawn from ${formatPrefix(network)}` };
  if (!/^(\s*\[|\d+: )/.test(node.host.output('ip-addr')?.stdout ?? '['))
    return { cluster, unknown: `the interfaces of ${name} were not read from ip` };
  const left = type === 'udp' ? node.host.record : withoutTun(node.host.record, name);
  const started = backend.start({ ...node, host: new NetworkNamespace(name, left) }, settings);
  const mtu = backend.mtu(node, settings);
  const record = mtu === undefined ? started.record : withSubnetEnv(started.record, 'FLANNEL_MTU', String(mtu));
  const after = withLease(
    withRecords(cluster, (one) => (one === node.host.record ? record : one)),
    name,
    started.lease,
  );
  return {
    cluster: after,
    started: new Map([[name, settings]]),
    ...(settings.get('EnableIPv6') === true && { unknown: "what becomes of flannel's IPv6 is not predicted" }),
  };
}

/**
 * Once all flannelds have heard of the leases that came: those that have been restarted of all, the others of theirs. One
 * passes over the leases of another backend.
 */
export function leasesHeard(cluster: Cluster, started: ReadonlyMap<string, Settings>): Cluster {
  if (started.size === 0) return cluster;
  const leases = allLeases(cluster).filter(({ subnet }) => subnet.family === 4);
  const nodes = cluster.nodes.flatMap(({ name }) => overlayNode(cluster, name) ?? []);
  const fresh = new Set(nodes.flatMap(({ name, lease }) => (started.has(name) ? [lease] : [])));
  const [any] = started.values();
  const records = new Map<NamespaceRecord, NamespaceRecord>();
  for (const node of nodes) {
    const { name, host, lease: own } = node;
    const heard = leases.filter(
      (lease) =>
        lease.subnet.value !== own.subnet.value &&
        backendOf(lease) === backendOf(own) &&
        (started.has(name) || fresh.has(lease)),
    );
    const settings = started.get(name) ?? any ?? new Map();
    const record = heard.length === 0 ? undefined : BACKENDS_TOLD[backendOf(own)]?.learn(node, heard, settings);
    if (record) records.set(host.record, record);
  }
  return withRecords(cluster, (record) => records.get(record) ?? record);
}

function withoutTun(record: NamespaceRecord, name: string): NamespaceRecord {
  const tun = new NetworkNamespace(name, record).interfaces?.find(isFlannelUdp);
  return tun ? withoutDevice(record, tun.name) : record;
}

/** In etcd. A lease that a node's annotations hold is written as if it were there, too, which is read first. */
function withLease(cluster: Cluster, name: string, lease: Lease): Cluster {
  const keys = flannelKeys(cluster);
  const config = keys.find((key) => key.endsWith('/config')) ?? '/coreos.com/network/config';
  const end = `/subnets/${formatPrefix(lease.subnet).replace('/', '-')}`;
  const key = keys.find((one) => one.endsWith(end)) ?? config.replace(/\/config$/, end);
  if (keys.length > 0) return withKey(cluster, key, leaseValue(lease));
  return withRecord(cluster, cluster.node(name)?.host?.record, FLANNEL, {
    ...{ command: `etcdctl get ${key}`, exitCode: 0, stderr: '' },
    stdout: `${key}\n${leaseValue(lease)}\n`,
  });
}
