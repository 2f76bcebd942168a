import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { makeChange } from '../../../src/core/plan/changes/change';
import { Application } from '../../../src/nodes/apply/application';
import { GuardedMachine } from '../../lab/guarded-machine';
import { cluster as clusterOf, node } from '../../support/snapshots';
import { untilSame, words } from './seen';

const never = new AbortController().signal;

/** One after the other, and what ip lists then. */
const STEPS = [
  [
    'add 10.8.0.0/16 table 7 src 10.1.9.0 nexthop via 10.1.9.7 weight 2 nexthop via 10.1.9.8 dev flannel0 onlink',
    /^10\.8\.0\.0\/16 table 7 src 10\.1\.9\.0 \\\tnexthop via 10\.1\.9\.7 dev flannel0 weight 2 \\\tnexthop via 10\.1\.9\.8 dev flannel0 weight 1 onlink/m,
  ],
  ['replace 10.8.0.0/16 table 7 via 10.1.9.9', /^10\.8\.0\.0\/16 via 10\.1\.9\.9 dev flannel0 table 7/m],
  [
    'replace 10.8.0.0/16 table 7 nexthop via 10.1.9.7 nexthop dev flannel0',
    /^10\.8\.0\.0\/16 table 7 \\\tnexthop via 10\.1\.9\.7 dev flannel0 weight 1 \\\tnexthop dev flannel0 weight 1/m,
  ],
  ['del 10.8.0.0/16 table 7', /^(?![^]*10\.8\.0\.0)/],
] as const;

suite('a route with several next hops', { timeout: 120_000 }, () => {
  test('is added, replaced and deleted by plans, and comes back as it was', async (context) => {
    const machine = await GuardedMachine.start();
    context.after(() => machine.close());
    for (const [command, listed] of STEPS) {
      const cluster = clusterOf(
        node(machine.name, {
          'ip-route': await machine.run('ip -j route show table all'),
          'ip-addr': await machine.run('ip -j addr'),
        }),
      );
      const made = makeChange(cluster, { kind: 'route', node: machine.name, insist: false, command });
      assert.ok('operations' in made, JSON.stringify(made));
      const before = await machine.state();
      // Adding and deleting are what takes each other back.
      const endings = command.startsWith('replace') ? (['revert', 'confirm'] as const) : (['confirm'] as const);
      for (const ending of endings) {
        const application: Application = new Application(
          [{ node: machine.name, operations: made.operations }],
          machine.connectTo,
          {
            ...{ name: 'test', who: 'somebody@here', confirmWithin: 60, onFailure: 'revert-all', batch: 1 },
          },
        );
        context.after(() => application.close());
        assert.deepEqual(await application.prepare(never), []);
        assert.equal(await application.apply(never), true, words(application));
        assert.match(await machine.run('ip -o route show table all'), listed);
        assert.equal(await application[ending](), true, words(application));
        if (ending === 'revert') await untilSame(machine, before);
      }
    }
  });
});
