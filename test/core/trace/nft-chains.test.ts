import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { baseChains, flowTables } from '../../../src/core/trace/nft-chains';
import { trace } from '../../../src/core/trace/trace';
import { Cluster } from '../../../src/core/snapshot/cluster';
import type { TraceResult } from '../../../src/core/trace/result';
import { flannelCluster } from '../../support/flannel-cluster';
import { cluster } from '../../support/snapshots';

/** As nft prints it: iptables-nft's table, and one that is somebody's own. */
const TEXT = `table ip nat { # handle 1
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		counter packets 1 bytes 60 jump KUBE-SERVICES
	}

	chain KUBE-SERVICES {
		ip daddr 10.0.0.103 counter packets 1 bytes 60 comment "chain x { type"
	}
}
table inet mine {
	set blocked {
		type ipv4_addr
		flags interval
	}

	chain in { # handle 2
		type filter hook input priority 0; policy drop;
	}
}
table netdev edge {
	chain early {
		type filter hook ingress device "eth0" priority filter; policy accept;
	}
}
`;

const JSON_FORM = JSON.stringify({
  nftables: [
    { table: { family: 'ip', name: 'nat', handle: 1 } },
    {
      chain: { family: 'ip', table: 'nat', name: 'PREROUTING', handle: 1, type: 'nat', hook: 'prerouting', prio: -100 },
    },
    { chain: { family: 'ip', table: 'nat', name: 'KUBE-SERVICES', handle: 2 } },
    { chain: { family: 'inet', table: 'mine', name: 'in', handle: 2, type: 'filter', hook: 'input', prio: 0 } },
    { chain: { family: 'netdev', table: 'edge', name: 'early', handle: 1, type: 'filter', hook: 'ingress', prio: 0 } },
  ],
});

const CHAINS = ['ip nat PREROUTING', 'inet mine in', 'netdev edge early'];

function names(text: string): string[] | undefined {
  return baseChains(text)?.map(({ family, table, name }) => `${family} ${table} ${name}`);
}

function traced(nftRuleset: string): TraceResult {
  const { nodes } = flannelCluster({ tunnel: 'tun', worker: '0', master: '0' });
  const [worker, ...others] = nodes;
  const [host, ...pods] = worker?.namespaces ?? [];
  assert.ok(worker && host);
  const ruleset = { command: 'nft list ruleset', exitCode: 0, stdout: nftRuleset, stderr: '' };
  const changed = {
    ...worker,
    namespaces: [{ ...host, outputs: { ...host.outputs, 'nft-ruleset': ruleset } }, ...pods],
  };
  const result = trace(cluster(changed, ...others), { from: 'worker', to: '10.0.0.103:80' });
  assert.ok('value' in result);
  return result.value;
}

suite('the base chains that nft shows', () => {
  test('in JSON and in text alike', () => {
    assert.deepEqual(names(JSON_FORM), CHAINS);
    assert.deepEqual(names(TEXT), CHAINS);
  });

  test('none is something else than not known', () => {
    assert.deepEqual(names('{"nftables": [{"metainfo": {"version": "1.0.6"}}]}'), []);
    assert.equal(names(''), undefined);
    assert.equal(names('Error: syntax error'), undefined);
  });

  test('a rule of iptables counts, whatever is made of what nft printed', () => {
    const plain = trace(new Cluster(flannelCluster({ tunnel: 'tun', worker: '0', master: '0' })), {
      from: 'worker',
      to: '10.0.0.103:80',
    });
    assert.ok('value' in plain);
    const [expected] = plain.value.outcomes;
    assert.equal(expected?.verdict, 'connected');
    for (const text of [TEXT, '', 'Error: no', '{"nftables": []}']) {
      const [outcome] = traced(text).outcomes;
      assert.equal(outcome?.verdict, 'connected', text);
      assert.deepEqual(
        outcome.request.steps.filter((step) => step.kind === 'rule').map((step) => step.text),
        expected.request.steps.filter((step) => step.kind === 'rule').map((step) => step.text),
      );
    }
  });

  test('a table of its own is named as not simulated, from either form', () => {
    for (const text of [TEXT, JSON_FORM])
      assert.ok(
        traced(text).notSimulated.some((one) => one.text.includes('inet mine')),
        text,
      );
  });
});

suite('flowtables', () => {
  test('are found in either form', () => {
    assert.deepEqual(flowTables('table inet x {\n\tflowtable ft {\n\t\thook ingress priority filter\n\t}\n}\n'), [
      'ft',
    ]);
    const json = { nftables: [{ flowtable: { family: 'inet', table: 'x', name: 'ft', dev: ['eth0'] } }] };
    assert.deepEqual(flowTables(JSON.stringify(json)), ['ft']);
    assert.deepEqual(flowTables(TEXT), []);
  });
});
