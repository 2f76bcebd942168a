import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { check } from './lab/check';
import { onNetwork } from './lab/suite';
import { secondEnvironment, seenOn, setRpFilter } from './networks/founding-case';

/* The founding document's experiments: a strict worker, a lax master, two LANs, and a router that nobody can log in to. */

const MASQUERADE = 'POSTROUTING -o flannel0 -j MASQUERADE';

onNetwork('the experiments of the second environment', secondEnvironment(), (network) => {
  before(() => setRpFilter(network(), 'worker', '1:1:1', 'flannel0'));

  it('worker host → pod: works, from the address of flannel0', async () => {
    const { verdict, source } = await check(network(), { from: 'worker', to: '10.1.63.3:80' });
    assert.equal(verdict, 'connected');
    assert.match(source ?? '', /^10\.1\.9\.0:/);
  });

  it('worker host → service: SYN out of flannel0, SYN+ACK in on eth0, no connection', async () => {
    const { verdict, legs } = await check(network(), { from: 'worker', to: '10.0.0.103:80' });
    assert.equal(verdict, 'no-reply');
    assert.ok(seenOn(legs.request, 'worker flannel0'));
    assert.ok(seenOn(legs.reply, 'worker eth0'));
  });

  it('worker container → service: works', async () => {
    const { verdict, source } = await check(network(), { from: 'worker/default/alpine', to: '10.0.0.103:80' });
    assert.equal(verdict, 'connected');
    assert.match(source ?? '', /^10\.1\.9\./);
  });

  it('worker host → service, with MASQUERADE: works, from the address of flannel0', async () => {
    await network().run('worker', `nat ${MASQUERADE}`);
    const { verdict, source } = await check(network(), { from: 'worker', to: '10.0.0.103:80' });
    await network().run('worker', `iptables -t nat -D ${MASQUERADE}`);
    assert.equal(verdict, 'connected');
    assert.match(source ?? '', /^10\.1\.9\.0:/);
  });

  it('master host → service on the master: works, over docker0', async () => {
    const { verdict, legs } = await check(network(), { from: 'master', to: '10.0.0.103:80' });
    assert.equal(verdict, 'connected');
    assert.ok(seenOn(legs.request, 'master docker0'));
    assert.ok(legs.request.seen.every(({ space }) => space.startsWith('master')));
  });

  it('master container → service on the master: works', async () => {
    assert.equal((await check(network(), { from: 'master/default/g5', to: '10.0.0.103:80' })).verdict, 'connected');
  });

  it('master host → service on the worker: the strict worker drops the SYN itself', async () => {
    const { verdict } = await check(network(), { from: 'master', to: '10.0.0.106:80' });
    assert.equal(verdict, 'dropped');
  });

  it('master host → service on the worker, with master strict and worker lax: as for the worker host', async () => {
    await setRpFilter(network(), 'worker', '0', 'flannel0');
    await setRpFilter(network(), 'master', '1', 'flannel0');
    const { verdict, legs } = await check(network(), { from: 'master', to: '10.0.0.106:80' });
    assert.equal(verdict, 'no-reply');
    assert.ok(seenOn(legs.reply, 'master eth0'));
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
