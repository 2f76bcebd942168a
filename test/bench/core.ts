import { spawnSync } from 'node:child_process';
import { parseSave } from '../../src/core/netfilter/save';
import { serviceItems } from '../../src/core/outline/services';
import { Cluster } from '../../src/core/snapshot/cluster';
import { trace } from '../../src/core/trace/trace';
import { largeNode, serviceAddress } from './large-node';

/* What things cost, as ratios of one run: machines differ, and ratios less so. */

const RUNS = 7;
const HEADINGS = ['floor: split in words', 'read', 'first trace', 'next trace', 'services', 'iptables-restore -t'];

/** The median of some runs, in milliseconds. */
function cost(run: () => unknown): number {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return times.sort((one, other) => one - other)[RUNS >> 1] ?? NaN;
}

function ask(cluster: Cluster, services: number): void {
  const traced = trace(cluster, { from: 'node', to: `${serviceAddress(services - 1)}:80` });
  if ('error' in traced || traced.value.outcomes[0]?.verdict !== 'connected') throw new Error('The bench is wrong.');
}

/** What the kernel's own tool takes to read the same; undefined where it cannot be run. */
function iptablesRestore(save: string): number | undefined {
  const run = (): number | null =>
    spawnSync('unshare', ['--net', 'iptables-restore', '--test'], { input: save }).status;
  return run() === 0 ? cost(run) : undefined;
}

console.log(`${'rules'.padStart(8)}${HEADINGS.map((heading) => heading.padStart(22)).join('')}`);
for (const services of [20, 4_000, 20_000]) {
  const snapshot = largeNode(services);
  const save = snapshot.nodes[0]?.namespaces[0]?.outputs['iptables-save']?.stdout ?? '';
  const floor = cost(() => save.split('\n').map((line) => line.split(' ')));
  const parse = cost(() => parseSave(save, 4));
  const first = cost(() => {
    ask(new Cluster(snapshot), services);
  });
  const warm = new Cluster(snapshot);
  ask(warm, services);
  const again = cost(() => {
    ask(warm, services);
  });
  const tree = cost(() => serviceItems(new Cluster(snapshot)));
  const peer = iptablesRestore(save);
  const ratio = (value: number | undefined, of: number): string =>
    value === undefined ? '–' : `${(value / of).toFixed(1)} ×`;
  const cells = [
    `${floor.toFixed(1)} ms`,
    ratio(parse, floor),
    ratio(first, floor),
    ratio(again, floor),
    ratio(tree, floor),
    ratio(peer, floor),
  ];
  console.log(`${String(services * 5).padStart(8)}${cells.map((cell) => cell.padStart(22)).join('')}`);
}
