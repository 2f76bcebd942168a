import assert from 'node:assert/strict';
import { it } from 'node:test';
import { collect } from './lab/collect';
import { nameOf } from './lab/names';
import { freshPort } from './lab/observe';
import { predict } from './lab/predict';
import { onNetwork } from './lab/suite';
import { oneNode, PODS } from './networks/one-node';

const TRIES = 300;
/** Of a chi-square with two degrees of freedom, P(x > 2 ln 10⁶) = 10⁻⁶: so rare is a false alarm. */
const LIMIT = 2 * Math.log(1e6);

const SERVICE = '10.0.0.9';
const balance = (first: string, second: string): string => `
nat PREROUTING -d ${SERVICE} -p tcp -m statistic --mode ${first} -j DNAT --to-destination ${PODS.server1}:80
nat PREROUTING -d ${SERVICE} -p tcp -m statistic --mode ${second} -j DNAT --to-destination ${PODS.server2}:80
nat PREROUTING -d ${SERVICE} -p tcp -j DNAT --to-destination ${PODS.server3}:80`;

const from = 'node/default/client';
const question = { from, to: `${SERVICE}:80` };

for (const [title, node] of [
  ['random, unevenly', balance('random --probability 0.2', 'random --probability 0.75')],
  ['random, as kube-proxy spreads over three', balance('random --probability 0.33333', 'random --probability 0.5')],
  ['nth, as kube-router spread', balance('nth --every 3 --packet 0', 'nth --every 2 --packet 0')],
] as const) {
  const plan = oneNode({ pods: ['client', 'server1', 'server2', 'server3'], node });
  onNetwork(`who answers how often: ${title}`, { ...plan, unwatched: true }, (network) => {
    it('is as probable as the tracer says', async () => {
      const { agent } = network();
      const expected = new Map<string, number>();
      for (const { request, probability, verdict } of predict(await collect(network()), question, freshPort())
        .outcomes) {
        assert.equal(verdict, 'connected');
        const server = nameOf(request.end.node, request.end.namespace);
        expected.set(server, (expected.get(server) ?? 0) + TRIES * probability);
      }
      const counted = new Map<string, number>();
      const client = { namespace: network().namespace(from), protocol: 'tcp', address: SERVICE, port: 80 };
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const { answered } = await agent.send({ ...client, sport: freshPort(), token: '', seconds: 30 });
        assert.ok(answered);
      }
      for (const record of await agent.take()) {
        if (record.kind !== 'accepted') continue;
        const server = network().spaceOf(record.space);
        counted.set(server, (counted.get(server) ?? 0) + 1);
      }
      assert.deepEqual([...counted.keys()].sort(), [...expected.keys()].sort());
      const distance = [...expected].reduce(
        (sum, [server, wanted]) => sum + ((counted.get(server) ?? 0) - wanted) ** 2 / wanted,
        0,
      );
      assert.ok(distance < LIMIT, `expected ${JSON.stringify([...expected])}, counted ${JSON.stringify([...counted])}`);
    });
  });
}
