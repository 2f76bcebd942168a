import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Cluster } from '../../src/core/snapshot/cluster';
import { parseSnapshot, type Snapshot } from '../../src/core/snapshot/format';
import type { TraceResult } from '../../src/core/trace/result';
import type { Capture } from '../../src/core/trace/captures/laid-over';
import { layOver } from '../../src/core/trace/captures/lay-over';
import { trace } from '../../src/core/trace/trace';
import { checkCluster } from '../kernel/lab/check';
import { forget, type Observation, type Question } from '../kernel/lab/observe';
import type { Network } from '../kernel/lab/network';
import type { LabOptions } from '../lab/options';
import { LiveCluster } from './live-cluster';
import { Tcpdump } from './tcpdump';

export interface Row {
  readonly title: string;
  readonly rpFilter: { readonly worker: string; readonly master: string };
  readonly masquerade: boolean;
  readonly question: Question;
  /** Fails where the kernel has not done what is known. */
  readonly verify: (seen: Observation, tunnel: string) => void;
}

interface Kept {
  readonly title: string;
  readonly question: Question;
  readonly saved: string;
  readonly traced: TraceResult;
}

/**
 * Tests each row in a lab: sets it up, reads the nodes over SSH, traces, sends the packet, and compares everything that
 * the kernel did. When the lab is down, what was saved has to be traced the same.
 */
export function liveRows(title: string, options: LabOptions, rows: readonly Row[]): void {
  describe(title, { concurrency: 1 }, () => {
    let cluster: LiveCluster | undefined;
    const kept: Kept[] = [];
    before(async () => {
      cluster = await LiveCluster.start(options);
    });
    after(() => cluster?.close());

    for (const row of rows)
      it(row.title, async () => {
        assert.ok(cluster);
        const { real } = cluster;
        const { question } = row;
        await real.setRpFilter('worker', row.rpFilter.worker);
        await real.setRpFilter('master', row.rpFilter.master);
        await real.setMasquerade(row.masquerade);
        const snapshot = await cluster.read();
        const live = new Cluster(snapshot);
        await forget(real.network); // the end of the row before is no part of this one
        const captured = await capturing(real.network, live, async () => {
          row.verify(await checkCluster(real.network, live, question), real.tunnel);
        });
        const result = traced(live, question);
        assertCaptured(result, captured);
        kept.push({ title: row.title, question, saved: JSON.stringify(snapshot), traced: result });
      });

    it('what was saved is traced the same when the lab is down', async () => {
      await cluster?.close();
      cluster = undefined;
      assert.equal(kept.length, rows.length);
      for (const { title: rowTitle, question, saved, traced: before } of kept)
        assert.deepEqual(traced(new Cluster(opened(saved)), question), before, rowTitle);
    });
  });
}

/** What tcpdump sees on the nodes while something is done. */
async function capturing(network: Network, cluster: Cluster, action: () => Promise<void>): Promise<Capture[]> {
  const dumps: Tcpdump[] = [];
  try {
    for (const node of ['worker', 'master']) dumps.push(await Tcpdump.start(network, node));
    await action();
    return await Promise.all(dumps.map((dump) => dump.stop(cluster)));
  } finally {
    for (const dump of dumps) await dump.close();
  }
}

/** Laid over the trace, the captures agree with it: every packet that it predicts on the nodes was seen, and no other. */
function assertCaptured(result: TraceResult, captures: readonly Capture[]): void {
  const { answer, outcomes } = layOver(result, captures);
  const [laid] = outcomes;
  assert.ok(laid && outcomes.length === 1 && laid.stands, answer);
  assert.deepEqual(laid.unpredicted, [], answer);
  const onNodes = laid.sightings.filter(
    ({ leg, sighting }) => leg !== 'data' && sighting.namespace === 'host' && sighting.promiscuous !== true,
  );
  const missed = onNodes.filter(({ mark }) => mark !== 'seen');
  assert.deepEqual(missed, [], answer);
  assert.ok(onNodes.length > 0);
}

function traced(cluster: Cluster, { from, to }: Question): TraceResult {
  const asked = trace(cluster, { from, to });
  if ('error' in asked) assert.fail(asked.error);
  return asked.value;
}

function opened(saved: string): Snapshot {
  const read = parseSnapshot(saved);
  if ('error' in read) assert.fail(read.error.message);
  return read.snapshot;
}
