import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { withRecord } from '../../../../src/core/agents/with-text';
import { compilePlan, type Compiled } from '../../../../src/core/plan/compile';
import { effectOf } from '../../../../src/core/plan/effect';
import { readPlan } from '../../../../src/core/plan/read-plan';
import { changedChains } from '../../../../src/core/plan/state';
import { Cluster } from '../../../../src/core/snapshot/cluster';
import { fileOutput } from '../../../../src/core/snapshot/file-output';
import { flannelCluster, type Laboratory } from '../../../support/flannel-cluster';

const UNIT = '/etc/systemd/system/flanneld.service';

/** A strict worker, whose host does not get the replies of pods on the master. */
function laboratory(flags: string, more: Partial<Laboratory> = {}): Cluster {
  const made = new Cluster(flannelCluster({ tunnel: 'tun', worker: '1', master: '0', ...more }));
  const env = {
    command: 'cat',
    exitCode: 0,
    stdout: 'FLANNEL_SUBNET=10.1.12.1/24\nFLANNEL_IPMASQ=false\n',
    stderr: '',
  };
  const withEnv = withRecord(made, made.node('worker')?.host?.record, 'flannel-subnet-env', env);
  const stdout = `[Service]\nExecStart=/opt/bin/flanneld${flags}\n`;
  return withRecord(withEnv, withEnv.node('worker')?.host?.record, fileOutput(UNIT), {
    ...{ command: `cat ${UNIT}`, exitCode: 0, stdout, stderr: '' },
  });
}

function set(before: Cluster, flags: string, restart = ', restart: [systemctl, restart, flanneld]'): Compiled {
  const { plan, problems } = readPlan(
    `hoplensPlan: 1\nname: x\nchanges:\n  - { node: worker, flannel: { flags: ${UNIT} }, set: { ${flags} }${restart} }\n`,
  );
  assert.ok(plan, JSON.stringify(problems));
  return compilePlan(plan, before);
}

/** Rules that come, and those that go. */
function rules(before: Cluster, { after, unknowns }: Compiled): string[] {
  assert.deepEqual(unknowns, []);
  return changedChains(before.node('worker')?.host, after.node('worker')?.host, 4).flatMap((table) => [
    ...table.after.filter((line) => !table.before.includes(line)),
    ...table.before.filter((line) => !table.after.includes(line)).map((line) => `gone: ${line}`),
  ]);
}

suite("the rules that flanneld's flags write", () => {
  test('ip-masq masquerades what the node itself sends to pods, as 0.8 writes it, and mends that', () => {
    const before = laboratory('');
    const made = set(before, 'ip-masq: true');
    assert.deepEqual(rules(before, made), [
      '-A POSTROUTING -s 10.1.0.0/16 -d 10.1.0.0/16 -j RETURN',
      '-A POSTROUTING -s 10.1.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE',
      '-A POSTROUTING ! -s 10.1.0.0/16 -d 10.1.12.0/24 -j RETURN',
      '-A POSTROUTING ! -s 10.1.0.0/16 -d 10.1.0.0/16 -j MASQUERADE',
    ]);
    const { pairs } = effectOf(before, made.after, made.unknowns);
    assert.deepEqual(
      pairs.map(({ from, before: was, after }) => [from, was, after]),
      [['worker', 'no-reply', 'connected']],
    );
    const { masquerade } = made.after.node('worker')?.subnetEnv ?? {};
    assert.equal(masquerade, true);
    // They are there already, whatever the flag said.
    assert.deepEqual(rules(made.after, set(set(made.after, 'ip-masq: false').after, 'ip-masq: true')), []);
  });

  test('in chains of its own where it has written such ones', () => {
    const before = laboratory('', {
      masterRules: ['filter -A FORWARD -j FLANNEL-FWD', 'filter -A FLANNEL-FWD -s 10.1.0.0/16 -j ACCEPT'],
    });
    const made = set(before, 'ip-masq: true');
    assert.deepEqual(rules(before, made), [
      '-A POSTROUTING -j FLANNEL-POSTRTG',
      ':FLANNEL-POSTRTG -',
      '-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -j RETURN',
      '-A FLANNEL-POSTRTG -s 10.1.12.0/24 -d 10.1.0.0/16 -j RETURN',
      '-A FLANNEL-POSTRTG -s 10.1.0.0/16 -d 10.1.12.0/24 -j RETURN',
      '-A FLANNEL-POSTRTG ! -s 10.1.0.0/16 -d 10.1.12.0/24 -j RETURN',
      '-A FLANNEL-POSTRTG -s 10.1.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE',
      '-A FLANNEL-POSTRTG ! -s 10.1.0.0/16 -d 10.1.0.0/16 -j MASQUERADE',
    ]);
    assert.equal(effectOf(before, made.after, made.unknowns).pairs[0]?.change, 'mended');
  });

  test('iptables-forward-rules lets pods through', () => {
    const before = laboratory(' --iptables-forward-rules=false');
    assert.deepEqual(rules(before, set(before, 'iptables-forward-rules: true')), [
      '-A FORWARD -s 10.1.0.0/16 -j ACCEPT',
      '-A FORWARD -d 10.1.0.0/16 -j ACCEPT',
    ]);
  });

  test('stay when the flag is taken away, and do not come before flanneld is restarted', () => {
    const before = set(laboratory(''), 'ip-masq: true').after;
    assert.deepEqual(rules(before, set(before, 'ip-masq: false')), []);
    assert.deepEqual(rules(laboratory(''), set(laboratory(''), 'ip-masq: true', '')), []);
  });

  test('of other flags nobody can tell beforehand', () => {
    assert.match(
      set(laboratory(''), 'iface: eth1')
        .unknowns.map(({ why }) => why)
        .join(),
      /depends on its version/,
    );
  });
});
