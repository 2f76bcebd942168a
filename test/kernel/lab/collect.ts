import { Cluster } from '../../../src/core/snapshot/cluster';
import { parseSnapshot } from '../../../src/core/snapshot/format';
import { PROBES, type Probe } from '../../../src/nodes/probes';
import { mustRun } from './command';
import type { Network } from './network';

/** The files of a namespace are those of the machine that runs the test: they say nothing of the network. */
const NETWORK_PROBES = PROBES.filter((probe) => probe.scope === 'network');
/** What changes when packets are sent, beside the connections, which are forgotten. */
const LIVE_PROBES = NETWORK_PROBES.filter((probe) => probe.id === 'ip-neigh');

interface Printed {
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}
type Outputs = Readonly<Record<string, Printed>>;

/** The outputs of a network's spaces. */
export type Collected = ReadonlyMap<string, Outputs>;

/** A snapshot of a network, by the product's own probes, read back from its JSON. */
export async function collect(network: Network): Promise<Cluster> {
  return clusterOf(network, await collectOutputs(network));
}

export async function collectOutputs(network: Network): Promise<Collected> {
  const all = network.spaces('host', 'pod').map((space): [string, readonly Probe[]] => {
    const family = NETWORK_PROBES.filter(({ family: of }) => of !== 6 || network.plan.ipv6 === true);
    return [space, network.plan.brief === true ? brief(network, space, family) : family];
  });
  return read(network, all);
}

/** There are no connections before anything is sent, no programs, no rules where the plan has none, and few settings that matter. */
function brief({ plan }: Network, space: string, probes: readonly Probe[]): Probe[] {
  const { kind, rulesets } = plan.spaces[space] ?? {};
  const unruled = kind === 'pod' && !rulesets;
  const left = (id: string): boolean => id === 'conntrack' || id === 'tc-qdisc' || (unruled && RULES.has(id));
  const settings = ['net.ipv4.conf', 'net.ipv4.ip_forward', 'net.bridge', 'net.netfilter.nf_conntrack_tcp_loose'];
  if (plan.ipv6 === true) settings.push('net.ipv6.conf');
  return probes
    .filter(({ id }) => !left(id))
    .map((probe) => (probe.id === 'sysctl' ? { ...probe, argv: ['sysctl', ...settings] } : probe));
}

const RULES = new Set([
  'iptables-save',
  'iptables-legacy-save',
  'ip6tables-save',
  'ip6tables-legacy-save',
  'nft-ruleset',
  'ipset-save',
  'bridge-fdb',
]);

/** As of now, where only packets were sent since. */
export async function refresh(network: Network, before: Collected): Promise<Collected> {
  const changed = await network.agent.changed([...before.keys()].map((space) => network.namespace(space)));
  if (changed.length === 0) return before;
  const now = await read(
    network,
    changed.map((namespace) => [network.spaceOf(namespace), LIVE_PROBES]),
  );
  return new Map([...before].map(([space, outputs]) => [space, { ...outputs, ...now.get(space) }]));
}

/** flanneld has told the leases to etcd: as `etcdctl get --prefix` prints them. */
function withLeases({ plan }: Network, collected: Collected): Collected {
  const tunnels = Object.entries(plan.spaces).flatMap(([space, { tunnel }]) => (tunnel ? [{ space, tunnel }] : []));
  const routes = Object.assign({}, ...tunnels.map(({ tunnel }) => tunnel.routes)) as Record<string, string>;
  const stdout = Object.entries(routes)
    .map(
      ([subnet, host]) =>
        `/coreos.com/network/subnets/${subnet.replace('/', '-')}\n${JSON.stringify({ PublicIP: host })}\n`,
    )
    .join('');
  const output = { command: 'etcdctl get --prefix /coreos.com/network', exitCode: 0, stdout, stderr: '' };
  const asked = tunnels[0]?.space;
  return new Map(
    [...collected].map(([space, outputs]) => [
      space,
      space === asked ? { ...outputs, 'etcd-flannel': output } : outputs,
    ]),
  );
}

export function clusterOf(network: Network, collected: Collected): Cluster {
  const nodes = new Map<string, object[]>();
  for (const [space, outputs] of withLeases(network, collected)) {
    const [node = '', ...rest] = space.split('/');
    const name = rest.length > 0 ? rest.join('/') : 'host';
    nodes.set(node, [...(nodes.get(node) ?? []), { name, kind: network.plan.spaces[space]?.kind, outputs }]);
  }
  const snapshot = {
    hoplensSnapshot: 1,
    cluster: 'test',
    collectedAt: new Date().toISOString(),
    nodes: [...nodes].map(([name, namespaces]) => ({ name, namespaces })),
  };
  const read = parseSnapshot(JSON.stringify(snapshot));
  if ('error' in read) throw new Error(read.error.message);
  return new Cluster(read.snapshot);
}

/** No program prints it. */
const MARK = '\u0001';

/** One shell for all probes of all spaces: to start each from here would take most of a test's time. */
async function read(network: Network, wanted: readonly (readonly [string, readonly Probe[]])[]): Promise<Collected> {
  const script = wanted.map(([space, probes]) => {
    const lines = probes.map(({ argv }) => `${argv.join(' ')} 2>/dev/null; printf '\\001%s\\001' $?`);
    return `nsenter --net=/run/netns/${network.namespace(space)} sh <<'SPACE'\n${lines.join('\n')}\nSPACE\n`;
  });
  const printed = (await mustRun(['sh'], script.join(''))).split(MARK);
  let at = 0;
  const next = (): string => printed[at++] ?? '';
  return new Map(
    wanted.map(([space, probes]) => [
      space,
      Object.fromEntries(
        probes.map(({ id, argv }): [string, Printed] => {
          const stdout = next();
          return [id, { command: argv.join(' '), stdout, exitCode: Number(next()), stderr: '' }];
        }),
      ),
    ]),
  );
}
