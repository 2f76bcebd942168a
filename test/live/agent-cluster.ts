import assert from 'node:assert/strict';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import { Configuration } from '../../src/core/agents/configuration';
import { foundConfigurations } from '../../src/core/agents/found';
import { formOf } from '../../src/core/agents/form';
import { proposedChanges } from '../../src/core/agents/proposed';
import { sourceOf } from '../../src/core/agents/texts';
import { commandsOf } from '../../src/core/plan/commands';
import { effectOf, type PairEffect } from '../../src/core/plan/effect';
import { inverseOf } from '../../src/core/plan/inverse';
import type { NodeOperations } from '../../src/core/plan/operation';
import { readPlan } from '../../src/core/plan/read-plan';
import { isRefused, type Review, reviewPlan } from '../../src/core/plan/review';
import { changedChains } from '../../src/core/plan/state';
import { writePlan } from '../../src/core/plan/write-plan';
import { Cluster } from '../../src/core/snapshot/cluster';
import { Application } from '../../src/nodes/apply/application';
import { Journal } from '../../src/nodes/apply/journal';
import { settlingOf } from '../../src/nodes/apply/settling-of';
import { sshSessions } from '../../src/nodes/apply/ssh-sessions';
import { commandLine } from '../../src/nodes/batch/quote';
import { mustRun } from '../kernel/lab/command';
import type { AgentPlaces } from '../lab/agents';
import { words } from '../nodes/apply/seen';
import { LiveCluster } from './live-cluster';

const never = new AbortController().signal;
const NODES = ['worker', 'master'] as const;
const PATIENCE_MS = 30_000;

/** A plan as its user sees it before it is applied. */
export interface SeenPlan {
  readonly review: Review;
  /** `NODE: COMMAND` */
  readonly commands: readonly string[];
  /** Lines that go, and lines that come. */
  readonly diff: string;
  readonly concerns: string;
  /** `FROM → TO` of the paths that will work and did not. */
  readonly mended: readonly string[];
  /** None, but where nodes are left out. */
  readonly broken: readonly string[];
}

/** A lab in which stand-ins of the agents run, whose configurations are edited as in the editor. */
export class AgentCluster {
  private constructor(private readonly live: LiveCluster) {}

  static async start(places: AgentPlaces): Promise<AgentCluster> {
    const live = await LiveCluster.start({ tunnel: 'udp', etcd: places.flannel === 'etcd v3' ? 'v3' : 'v2' });
    try {
      await live.real.startAgents(places);
    } catch (error) {
      await live.close();
      throw error;
    }
    return new AgentCluster(live);
  }

  close(): Promise<void> {
    return this.live.close();
  }

  /** The folder of this machine's journal. */
  private get journal(): string {
    return join(this.live.folder, 'journal');
  }

  on(node: string, script: string): Promise<string> {
    return mustRun([...this.live.real.node(node).machine.enter, 'sh', '-euc', script]);
  }

  /** What the server says, or `code N`. */
  async curl(node: string, address: string): Promise<string> {
    return this.on(node, `curl --silent --max-time 3 http://${address}/ || echo "code $?"`);
  }

  async isNftables(node: string): Promise<void> {
    assert.match(await this.on(node, 'nft list tables'), /table ip kube-proxy/);
    assert.doesNotMatch(await this.on(node, 'iptables-save -t nat'), /KUBE-/);
  }

  /**
   * Reads the nodes over SSH, edits the configuration that is found at a place, and makes the plan of what is saved. Of a
   * place the parts given count. With `only`, all that is proposed for other nodes is left out, and paths may break.
   */
  async edit(
    node: string,
    place: object,
    edits: readonly (readonly [from: string, to: string])[],
    only?: string,
  ): Promise<SeenPlan> {
    const before = await this.read();
    const all = foundConfigurations(before, node);
    const found = all.find(({ change }) => agrees(change.in, place));
    assert.ok(found, `none of ${JSON.stringify(all.map(({ change }) => change.in))}`);
    const text = sourceOf(before, node, found.change.in)?.text ?? assert.fail('it was not read');
    const saved = edits.reduce((now, [from, to]) => {
      assert.ok(now.includes(from), now);
      return now.replace(from, to);
    }, text);
    const form = formOf(found.change.kind, found.change.in);
    const after = new Configuration(saved, form);
    assert.deepEqual(after.problems, []);
    const proposed = proposedChanges(before, node, found, new Configuration(text, form).difference(after));
    const changes = proposed.filter((change) => only === undefined || change.node === only);
    const written = writePlan({
      ...{ hoplensPlan: 1, name: 'Edited', confirmWithin: 90, onFailure: 'revert-all', batch: 1 },
      changes,
    });
    const { plan, problems } = readPlan(written, NODES);
    assert.ok(plan, JSON.stringify(problems));
    const nodes = [...new Set(plan.changes.map((change) => change.node))];
    const review = reviewPlan(plan, before, await sshSessions(nodes, this.live.connectTo, never));
    assert.equal(isRefused(review), false, JSON.stringify(review.concerns));
    const effect = effectOf(before, review.after, review.unknowns);
    const paths = (wanted: PairEffect['change']): string[] =>
      effect.pairs.flatMap(({ from, to, change }) => (change === wanted ? [`${from} → ${to}`] : []));
    const broken = paths('broken');
    if (only === undefined) assert.deepEqual(broken, []);
    return {
      review,
      commands: review.nodes.flatMap((one) => commandsOf(one).map((argv) => `${one.node}: ${commandLine(argv)}`)),
      diff: review.diffs.map((one) => createTwoFilesPatch('', '', one.before, one.after)).join('\n'),
      concerns: review.concerns.map(({ severity, message }) => `${severity}: ${message}`).join('\n'),
      mended: paths('mended'),
      broken,
    };
  }

  /** Applies it and does not keep it, and then applies and keeps it, and takes it back later. */
  async bothWays(seen: SeenPlan, changed: () => Promise<void>): Promise<void> {
    await this.notKept(seen, changed);
    await this.kept(seen, changed);
  }

  /** Applies it and takes it back at once: all is as it was. */
  async notKept({ review }: SeenPlan, changed: () => Promise<void>): Promise<void> {
    const before = await this.state();
    const application = await this.applied(review.nodes);
    await changed();
    if (review.unknowns.length === 0) await this.assertPredicted(review);
    assert.equal(await application.revert(), true, words(application));
    await application.close();
    await this.untilState(before);
  }

  /** Applies and keeps it, and takes it back later, as this machine's journal has it: all is as it was. */
  async kept({ review }: SeenPlan, changed: () => Promise<void>): Promise<void> {
    const before = await this.state();
    const application = await this.applied(review.nodes);
    assert.equal(await application.confirm(), true, words(application));
    await application.close();
    await changed();
    if (review.unknowns.length === 0) await this.assertPredicted(review);
    const entries = await new Journal(this.journal).read();
    const changes = review.nodes.map(({ node }) => {
      const entry = entries.findLast(({ id, change }) => id === application.id && change.node === node);
      assert.equal(entry?.result, 'confirmed');
      return entry.change;
    });
    const back = await this.applied(changes.map(inverseOf));
    assert.equal(await back.confirm(), true, words(back));
    await back.close();
    await this.untilState(before);
  }

  private async applied(change: readonly NodeOperations[]): Promise<Application> {
    const application = new Application(change, this.live.connectTo, {
      ...{ name: 'agents', who: 'somebody@here', confirmWithin: 90, onFailure: 'revert-all', batch: 1 },
      settling: settlingOf(change),
      journal: this.journal,
    });
    assert.deepEqual(await application.prepare(never), []);
    assert.equal(await application.apply(never), true, words(application));
    for (const { guard, warnings } of application.nodes) assert.deepEqual([guard, ...warnings], ['systemd']);
    return application;
  }

  /** That the rules are those that were told beforehand. The stand-in for Kubernetes restarts agents on one node alone. */
  private async assertPredicted(review: Review): Promise<void> {
    const now = await this.read();
    for (const { node } of review.nodes)
      assert.deepEqual(changedChains(review.after.node(node)?.host, now.node(node)?.host, 4), [], node);
  }

  async read(): Promise<Cluster> {
    return new Cluster(await this.live.read());
  }

  /** Reads both nodes, and again until all is as it is to be, or patience is at its end. */
  async readUntil(isSo: (read: Cluster) => boolean): Promise<Cluster> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const now = await this.read();
      if (isSo(now) || performance.now() > end) return now;
    }
  }

  /** All that agents have to do with, of both nodes. Restarted ones may still be at work. */
  private async state(): Promise<string> {
    const etcd = `ETCDCTL_API=3 etcdctl get --prefix /coreos.com
for key in $(ETCDCTL_API=2 etcdctl ls --recursive -p /coreos.com/network 2>/dev/null | grep -v '/$' | sort); do ETCDCTL_API=2 etcdctl get $key; done`;
    const texts = await Promise.all([...NODES.map((node) => this.on(node, STATE)), this.on('master', etcd)]);
    return texts.join('');
  }

  private async untilState(before: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    let now = await this.state();
    while (now !== before && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      now = await this.state();
    }
    assert.equal(now, before);
  }
}

const STATE = `iptables-save | sed -e '/^#/d' -e 's/\\[[0-9]*:[0-9]*\\]//'; nft list tables; ip route; ip -br link | grep -o '^[^ @]*'
cat /run/flannel/subnet.env
find /etc/kubernetes /etc/systemd /var/lib/kube-proxy /var/lib/kubernetes-api/configmaps -type f 2>/dev/null | sort | while read -r file; do
  stat -c '%n %a %U' $file
  cat $file
done
ls -A /var/lib/hoplens 2>/dev/null | grep -vx journal || :
ls /run/hoplens 2>/dev/null || :
ls /run/systemd/running 2>/dev/null || :`;

/** Whether all that `part` says is so in the whole. */
function agrees(whole: object, part: object): boolean {
  const values = whole as Readonly<Record<string, unknown>>;
  return Object.entries(part as Readonly<Record<string, unknown>>).every(([key, value]) => {
    const own = values[key];
    return isObject(own) && isObject(value) ? agrees(own, value) : isDeepStrictEqual(own, value);
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
