import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { Cluster } from '../../../src/core/snapshot/cluster';
import type { Leg, Outcome } from '../../../src/core/trace/result';
import { trace } from '../../../src/core/trace/trace';
import { flannelCluster, type Laboratory, tunnelDevice } from '../../support/flannel-cluster';

/** The one outcome of a trace from the worker to the service. */
function outcomeOf(laboratory: Laboratory): Outcome {
  const result = trace(new Cluster(flannelCluster(laboratory)), { from: 'worker', to: '10.0.0.103:80' });
  assert.ok('value' in result);
  const [only, ...others] = result.value.outcomes;
  assert.ok(only && others.length === 0, 'everything is known, so there is one outcome');
  assert.deepEqual(only.assumptions, []);
  assert.equal(only.probability, 1);
  return only;
}

/** Whether a tcpdump on an interface of a host would show a packet of this leg, as it is and not inside another. */
function sees(leg: Leg | null, node: string, device: string): 'y' | '-' {
  const seen = leg?.captures.some(
    (sighting) =>
      !sighting.outer && sighting.namespace === 'host' && sighting.node === node && sighting.interface === device,
  );
  return seen === true ? 'y' : '-';
}

/** A row as it was measured: what was set, who saw what, how connect() ended and whom the server saw. */
interface Row {
  readonly worker: string;
  readonly master: string;
  readonly masquerade: boolean;
  readonly syn: readonly string[];
  readonly synAck: readonly string[];
  readonly drops: readonly number[];
  readonly local: string | undefined;
  readonly seenAs: string | undefined;
}

function rowsOf(tunnel: string): Row[] {
  const lines = readFileSync(`test/fixtures/oracle/${tunnel}.txt`, 'utf8').split('\n');
  return lines
    .filter((line) => /^\d/.test(line))
    .map((line) => {
      const [set = '', syn = '', synAck = '', drops = '', result = ''] = line.split('|').map((part) => part.trim());
      const [worker = '', master = '', masquerade] = set.split(/\s+/);
      return {
        worker,
        master,
        masquerade: masquerade === '1',
        syn: syn.split(/\s+/),
        synAck: synAck.split(/\s+/),
        drops: drops.split(/\s+/).map(Number),
        local: /local=([\d.]+)/.exec(result)?.[1],
        seenAs: /hello you are ([\d.]+)/.exec(result)?.[1],
      };
    });
}

for (const tunnel of ['tun', 'vxlan'] as const) {
  const device = tunnelDevice(tunnel);
  suite(`host → service → flannel (${tunnel}), as measured in namespaces`, () => {
    const rows = rowsOf(tunnel);

    test('all rows are there', () => {
      assert.equal(rows.length, 23);
    });

    for (const row of rows)
      test(`rp_filter worker ${row.worker}, master ${row.master}${row.masquerade ? ', MASQUERADE' : ''}: ${row.seenAs === undefined ? 'fails' : `works as ${row.seenAs}`}`, () => {
        const { worker, master } = row;
        const workerRules = row.masquerade ? [`nat -A POSTROUTING -o ${device} -j MASQUERADE`] : [];
        const { verdict, request, reply, findings } = outcomeOf({ tunnel, worker, master, workerRules });
        assert.equal(verdict === 'connected', row.seenAs !== undefined);
        assert.deepEqual(
          [sees(request, 'worker', device), sees(request, 'master', device), sees(request, 'master', 'docker0')],
          row.syn,
        );
        assert.deepEqual(
          [sees(reply, 'master', 'eth0'), sees(reply, 'worker', 'eth0'), sees(reply, 'worker', device)],
          row.synAck,
        );
        const [workerDrops, masterDrops] = row.drops;
        if (row.seenAs !== undefined) {
          assert.equal(request.received?.src, row.seenAs);
          assert.equal(request.sent.src, row.local);
          assert.equal(reply?.received?.src, '10.0.0.103', 'the socket sees the service');
          assert.equal(workerDrops, 0);
          return;
        }
        const cause = findings.find(({ severity }) => severity === 'error');
        assert.equal(cause?.code, 'asymmetric-return');
        if (workerDrops !== 0) {
          assert.equal(verdict, 'no-reply');
          assert.deepEqual([reply?.verdict, reply?.end.node, reply?.end.interface], ['dropped', 'worker', 'eth0']);
        } else {
          assert.notEqual(masterDrops, 0);
          assert.equal(verdict, 'dropped');
          assert.deepEqual([request.verdict, request.end.node, request.end.interface], ['dropped', 'master', device]);
          assert.equal(reply, null);
        }
        assert.equal(cause.fix?.effect?.verdict, 'connected', 'and MASQUERADE cures it');
      });
  });
}

suite('other cures and other causes, as measured in namespaces', () => {
  const measured = readFileSync('test/fixtures/oracle/extras.txt', 'utf8').trim().split('\n');

  /** What was done to the laboratory before each line of the file; a line that is not simulated is left out. */
  const laboratories: readonly (readonly [start: string, Partial<Laboratory>])[] = [
    ['nothing', {}],
    ['FIX flannel', { workerRules: ['nat -A POSTROUTING ! -s 10.1.0.0/16 -d 10.1.0.0/16 -j MASQUERADE'] }],
    [
      'FIX kube-proxy',
      {
        workerRules: [
          'nat -A KMM -j MARK --set-xmark 0x4000/0x4000',
          'nat -A KUBE-SERVICES ! -s 10.1.0.0/16 -d 10.0.0.103/32 -p tcp -m tcp --dport 80 -j KMM',
          'nat -A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE',
        ],
      },
    ],
    ['FIX ip route', { workerRoutes: ['10.0.0.0/24 dev flannel0 scope link'] }],
    ['FIX conf.all', {}],
    ['HARMLESS', { workerRules: ['filter -A INPUT -m conntrack --ctstate INVALID -j DROP'] }],
    [
      'BREAK worker INPUT',
      {
        workerPolicies: ['filter INPUT DROP'],
        workerRules: [
          'filter -A INPUT -p udp -m udp --dport 8285 -j ACCEPT',
          'filter -A INPUT -i flannel0 -m conntrack --ctstate ESTABLISHED -j ACCEPT',
        ],
      },
    ],
    ['BREAK conntrack zone', { workerRules: ['raw -A PREROUTING -i eth0 -j CT --zone 2'] }],
    ['BREAK master FORWARD', { masterPolicies: ['filter FORWARD DROP'] }],
    ['BREAK no route', { withoutDefaultRoute: true }],
  ];

  for (const [start, laboratory] of laboratories) {
    const line = measured.find((one) => one.startsWith(start)) ?? '';
    test(line.replace(/\s+rpf W=.*/, ''), () => {
      const [, worker = '', master = ''] = /rpf W=(\S+)\s+M=(\S+)/.exec(line) ?? [];
      const { verdict, request } = outcomeOf({ tunnel: 'tun', worker, master, ...laboratory });
      const seenAs = /hello you are ([\d.]+)/.exec(line)?.[1];
      assert.equal(verdict === 'connected', seenAs !== undefined);
      if (seenAs === undefined) return;
      assert.equal(request.received?.src, seenAs);
      assert.equal(request.sent.src, /local=([\d.]+)/.exec(line)?.[1]);
    });
  }

  test('say where and why', () => {
    const told = (laboratory: Partial<Laboratory>): unknown[] => {
      const { verdict, request, reply, findings } = outcomeOf({
        tunnel: 'tun',
        worker: '0',
        master: '0',
        ...laboratory,
      });
      const { node, interface: device } = (reply ?? request).end;
      return [verdict, node, device, findings.find(({ severity }) => severity === 'error')?.code];
    };
    const by = Object.fromEntries(laboratories);
    assert.deepEqual(told(by['BREAK worker INPUT']!), ['no-reply', 'worker', 'eth0', 'policy-drop']);
    assert.deepEqual(told(by['BREAK conntrack zone']!), ['no-reply', 'worker', 'eth0', 'reply-not-recognised']);
    assert.deepEqual(told(by['BREAK master FORWARD']!), ['dropped', 'master', 'flannel0', 'forward-policy-drop']);
    assert.deepEqual(told(by['BREAK no route']!), ['unroutable', 'worker', null, 'no-way']);
  });
});
