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
  const spaces = network.spaces('host', 'pod');
  return new Map(
    await Promise.all(spaces.map(async (space) => [space, await run(network, space, NETWORK_PROBES)] as const)),
  );
}

/** As of now, where only packets were sent since. */
export async function refresh(network: Network, before: Collected): Promise<Collected> {
  const changed = await network.agent.changed([...before.keys()].map((space) => network.namespace(space)));
  return new Map(
    await Promise.all(
      [...before].map(async ([space, outputs]) => {
        if (!changed.includes(network.namespace(space))) return [space, outputs] as const;
        return [space, { ...outputs, ...(await run(network, space, LIVE_PROBES)) }] as const;
      }),
    ),
  );
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

/** One shell for all probes of a space: to start each from here would take most of a test's time. */
async function run(network: Network, space: string, probes: readonly Probe[]): Promise<Outputs> {
  const script = probes.map(({ argv }) => `${argv.join(' ')} 2>/dev/null; printf '\\001%s\\001' $?`).join('\n');
  const printed = (await mustRun(['ip', 'netns', 'exec', network.namespace(space), 'sh'], script)).split(MARK);
  return Object.fromEntries(
    probes.map(({ id, argv }, at): [string, Printed] => [
      id,
      {
        command: argv.join(' '),
        exitCode: Number(printed[2 * at + 1]),
        stdout: printed[2 * at] ?? '',
        stderr: '',
      },
    ]),
  );
}
