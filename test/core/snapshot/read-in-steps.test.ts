import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Cluster } from '../../../src/core/snapshot/cluster';
import { readInSteps } from '../../../src/core/snapshot/read-in-steps';
import { trace } from '../../../src/core/trace/trace';
import { largeNode, serviceAddress } from '../../bench/large-node';

const SERVICES = 2000;
const question = { from: 'node', to: `${serviceAddress(SERVICES - 1)}:80` };

suite('reading a cluster a piece at a time', () => {
  test('leaves nothing to be read: what is asked for then is what was read', () => {
    const cluster = new Cluster(largeNode(SERVICES));
    const host = cluster.nodes[0]?.host;
    const read = [...readInSteps(cluster)];
    assert.ok(read.length > SERVICES / 250, `${read.length} pieces`);
    assert.equal(cluster.services.length, SERVICES);
    assert.equal(host?.netfilter(4), host?.netfilter(4));
    // Nothing is done twice: there is a pause for each long chain, and for nothing else.
    assert.ok([...readInSteps(cluster)].length < read.length / 2);
  });

  test('gives what reading at once gives, also where it was left half done', () => {
    const [whole, half] = [new Cluster(largeNode(SERVICES)), new Cluster(largeNode(SERVICES))];
    const steps = readInSteps(half);
    for (let step = 0; step < 5; step++) assert.equal(steps.next().done, false);
    assert.deepEqual(trace(half, question), trace(whole, question));
  });
});
