import assert from 'node:assert/strict';
import { it } from 'node:test';
import { check } from './lab/check';
import { onNetwork } from './lab/suite';
import { assertSeen, EXPERIMENTS, STRICT_WORKER } from './networks/experiments';
import { secondEnvironment, setMasquerade, setRpFilter } from './networks/founding-case';

/* The founding document's experiments: a strict worker, a lax master, two LANs, and a router that nobody can log in to. */

onNetwork('the experiments of the second environment', secondEnvironment(), (network) => {
  for (const experiment of EXPERIMENTS)
    it(experiment.title, async () => {
      const { from, to, rpFilter = STRICT_WORKER, masquerade = false } = experiment;
      await setRpFilter(network(), 'worker', rpFilter[0], 'flannel0');
      await setRpFilter(network(), 'master', rpFilter[1], 'flannel0');
      await setMasquerade(network(), 'flannel0', masquerade);
      assertSeen(experiment, await check(network(), { from: from.replace(' ', '/default/'), to }));
    });
});

const STATEFUL = 'filter FORWARD -m conntrack --ctstate INVALID -j DROP\n';

onNetwork('a router in the snapshot', secondEnvironment({ kind: 'host', setup: '' }), (network) => {
  it('carries the tunnel and the replies', async () => {
    assert.equal((await check(network(), { from: 'worker', to: '10.0.0.103:80' })).verdict, 'connected');
  });

  it('drops the SYN+ACK as INVALID where it is stateful: it never saw the SYN', async () => {
    await network().run('router', STATEFUL);
    assert.equal((await check(network(), { from: 'worker', to: '10.0.0.103:80' })).verdict, 'no-reply');
  });
});
