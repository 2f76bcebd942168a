import { Cluster } from '../../../src/core/snapshot/cluster';
import { parseSnapshot } from '../../../src/core/snapshot/format';
import { PROBES, type Probe } from '../../../src/nodes/probes';
import { command } from './command';
import type { Network } from './network';

/** The files of a namespace are those of the machine that runs the test: they say nothing of the network. */
const NETWORK_PROBES = PROBES.filter((probe) => probe.scope === 'network');

/** A snapshot of a network, by the product's own probes, read back from its JSON. */
export async function collect(network: Network): Promise<Cluster> {
  const nodes = new Map<string, object[]>();
  for (const space of network.spaces('host', 'pod')) {
    const [node = '', ...rest] = space.split('/');
    const outputs = await Promise.all(
      NETWORK_PROBES.map(async (probe) => [probe.id, await run(network, space, probe)]),
    );
    const record = {
      name: rest.length > 0 ? rest.join('/') : 'host',
      kind: network.plan.spaces[space]?.kind,
      outputs: Object.fromEntries(outputs) as object,
    };
    nodes.set(node, [...(nodes.get(node) ?? []), record]);
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

async function run(network: Network, space: string, { argv }: Probe): Promise<object> {
  const { code, stdout, stderr } = await command(['ip', 'netns', 'exec', network.namespace(space), ...argv]);
  return { command: argv.join(' '), exitCode: code, stdout, stderr };
}
