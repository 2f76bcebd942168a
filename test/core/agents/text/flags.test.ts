import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { FieldTable } from '../../../../src/core/agents/field-table';
import { FLANNELD_FLAGS } from '../../../../src/core/agents/flannel/flags';
import { KUBE_PROXY_FIELDS } from '../../../../src/core/agents/kube-proxy/fields';
import { argumentsUnder } from '../../../../src/core/agents/text/arguments';
import { EnvironmentText } from '../../../../src/core/agents/text/environment';
import { FlagText } from '../../../../src/core/agents/text/flags';
import { manifestCommand } from '../../../../src/core/agents/text/manifest';
import type { Syntax } from '../../../../src/core/agents/text/setting';
import { unitCommand } from '../../../../src/core/agents/text/unit';
import type { Value } from '../../../../src/core/agents/value';

const PROXY = new FieldTable(KUBE_PROXY_FIELDS);
const FLANNEL = new FieldTable(FLANNELD_FLAGS);
const PROGRAM = /(^|\/)(kube-proxy|flanneld)$/;

const unit = (text: string, table = PROXY): Syntax =>
  new FlagText(text, table, (source) => unitCommand(source, PROGRAM));
const manifest = (text: string): Syntax => new FlagText(text, PROXY, (source) => manifestCommand(source, PROGRAM));
const proxyEnvironment = (text: string): Syntax => new EnvironmentText(text, PROXY, { flags: /PROXY/ });
const flannelEnvironment = (text: string): Syntax =>
  new EnvironmentText(text, FLANNEL, {
    flags: /^FLANNELD?_(OPTIONS|OPTS|ARGS)$/,
    variable: ({ name }) => `FLANNELD_${name.toUpperCase().replaceAll('-', '_')}`,
  });

function edit(syntax: Syntax, table: FieldTable, set: Readonly<Record<string, Value>>): string {
  const changes = Object.entries(set).map(([name, value]) => {
    const field = table.find(name);
    assert.ok(field, name);
    return [field, value] as const;
  });
  const edited = syntax.edit(new Map(changes));
  return 'error' in edited ? `refused: ${edited.error}` : edited.text;
}

function settings({ settings: all }: Syntax): Record<string, Value> {
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}

const rancher = (text: string): Syntax =>
  new FlagText(text, PROXY, (source) => argumentsUnder(source, 'kube-proxy-arg'));

const UNIT = `[Unit]
Description=kube-proxy, --masquerade-all=true is no flag here

[Service]
EnvironmentFile=-/etc/kubernetes/proxy
ExecStartPre=/usr/bin/modprobe br_netfilter
# ExecStart=/usr/bin/kube-proxy --cluster-cidr=10.9.0.0/16
ExecStart=-/usr/bin/kube-proxy \\
    --cluster-cidr 10.1.0.0/16 \\
    # a comment between
    --proxy-mode=iptables "--hostname-override=it's 100%% w1" \\
    $KUBE_PROXY_ARGS
Restart=always
`;

suite("the command of a systemd unit's ExecStart", () => {
  test('is read over lines, quotes and escapes', () => {
    assert.deepEqual(settings(unit(UNIT)), {
      clusterCIDR: '10.1.0.0/16',
      mode: 'iptables',
      hostnameOverride: "it's 100% w1",
    });
  });

  test('values change in place, in the form that they have', () => {
    assert.equal(
      edit(unit(UNIT), PROXY, { clusterCIDR: '10.2.0.0/16', mode: 'ipvs' }),
      UNIT.replace('--cluster-cidr 10.1.0.0/16', '--cluster-cidr 10.2.0.0/16').replace('=iptables', '=ipvs'),
    );
  });

  test('a new flag goes behind the last word, on a line of its own where the others are', () => {
    assert.equal(
      edit(unit(UNIT), PROXY, { 'iptables.masqueradeAll': true }),
      UNIT.replace('    $KUBE_PROXY_ARGS\n', '    $KUBE_PROXY_ARGS \\\n    --masquerade-all=true\n'),
    );
    assert.equal(
      edit(unit('[Service]\nExecStart=/opt/bin/flanneld -iface=eth0\n', FLANNEL), FLANNEL, { 'ip-masq': true }),
      '[Service]\nExecStart=/opt/bin/flanneld -iface=eth0 -ip-masq=true\n',
    );
  });

  test('a flag is taken away with its value', () => {
    assert.equal(
      edit(unit(UNIT), PROXY, { mode: null }),
      UNIT.replace(' --proxy-mode=iptables', '')
        .replace('between\n   ', 'between\n   ')
        .replace(' \\\n    # a comment between\n   ', ''),
    );
    assert.equal(
      edit(unit('ExecStart=/bin/kube-proxy --cluster-cidr 10.1.0.0/16 --v=2\n'), PROXY, { clusterCIDR: null }),
      'ExecStart=/bin/kube-proxy --v=2\n',
    );
  });

  test('of several the last counts, as for the program; a switch without a value is on', () => {
    const twice = 'ExecStart=/bin/kube-proxy --masquerade-all --proxy-mode=ipvs --proxy-mode=iptables\n';
    assert.deepEqual(settings(unit(twice)), { 'iptables.masqueradeAll': true, mode: 'iptables' });
    assert.equal(edit(unit(twice), PROXY, { mode: 'nftables' }), twice.replace('=iptables', '=nftables'));
    assert.equal(edit(unit(twice), PROXY, { mode: null }), 'ExecStart=/bin/kube-proxy --masquerade-all\n');
    assert.equal(edit(unit(twice), PROXY, { 'iptables.masqueradeAll': true }), twice);
    assert.equal(
      edit(unit(twice), PROXY, { 'iptables.masqueradeAll': false }),
      twice.replace('masquerade-all', 'masquerade-all=false'),
    );
  });

  test('what has no command of it, or no flag, is refused', () => {
    assert.match(edit(unit('ExecStart=/bin/sh -c "kube-proxy --v=2"\n'), PROXY, { mode: 'ipvs' }), /^refused: .*shell/);
    assert.match(edit(unit('[Service]\n'), PROXY, { mode: 'ipvs' }), /^refused: /);
    assert.match(edit(unit(UNIT), PROXY, { 'nftables.masqueradeAll': true }), /^refused: there is no flag/);
    assert.match(edit(unit(UNIT), PROXY, { hostnameOverride: 'a\nExecStartPost=/bin/evil' }), /^refused: /);
  });

  test('whatever text a value has, it is read back as it is', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const edited = edit(unit(UNIT), PROXY, { hostnameOverride: name });
        assert.equal(settings(unit(edited))['hostnameOverride'], name);
        assert.equal(settings(unit(edited))['mode'], 'iptables');
      }),
    );
  });
});

suite('a file of variables', () => {
  test('flags stand in one variable', () => {
    const text = '# kube-proxy\nKUBE_LOGTOSTDERR="--logtostderr=true"\nKUBE_PROXY_ARGS="--cluster-cidr=10.1.0.0/16"\n';
    assert.deepEqual(settings(proxyEnvironment(text)), { clusterCIDR: '10.1.0.0/16' });
    assert.equal(
      edit(proxyEnvironment(text), PROXY, { 'iptables.masqueradeAll': true }),
      text.replace('/16"', '/16 --masquerade-all=true"'),
    );
    assert.equal(
      edit(proxyEnvironment(text), PROXY, { clusterCIDR: null }),
      text.replace('"--cluster-cidr=10.1.0.0/16"', '""'),
    );
  });

  test('one that is empty or bare gets quotes', () => {
    assert.equal(
      edit(proxyEnvironment('KUBE_PROXY_ARGS=\n'), PROXY, { mode: 'ipvs' }),
      'KUBE_PROXY_ARGS="--proxy-mode=ipvs"\n',
    );
    assert.equal(
      edit(proxyEnvironment('KUBE_PROXY_ARGS=--v=2\n'), PROXY, { mode: 'ipvs' }),
      'KUBE_PROXY_ARGS="--v=2 --proxy-mode=ipvs"\n',
    );
    assert.equal(
      edit(proxyEnvironment("export KUBE_PROXY_OPTS=''"), PROXY, { mode: 'ipvs' }),
      "export KUBE_PROXY_OPTS='--proxy-mode=ipvs'",
    );
  });

  test("flanneld's flags may each have a variable", () => {
    const text = 'FLANNELD_IFACE="192.168.1.12"\nFLANNELD_ETCD_PREFIX=/coreos.com/network\n';
    assert.deepEqual(settings(flannelEnvironment(text)), {
      iface: '192.168.1.12',
      'etcd-prefix': '/coreos.com/network',
    });
    assert.equal(
      edit(flannelEnvironment(text), FLANNEL, { 'ip-masq': true, iface: 'eth0' }),
      `${text.replace('192.168.1.12', 'eth0')}FLANNELD_IP_MASQ=true\n`,
    );
    assert.equal(
      edit(flannelEnvironment(text), FLANNEL, { iface: null }),
      'FLANNELD_ETCD_PREFIX=/coreos.com/network\n',
    );
    assert.equal(
      edit(flannelEnvironment('FLANNEL_OPTIONS="-iface=eth0"\n'), FLANNEL, { 'ip-masq': true }),
      'FLANNEL_OPTIONS="-iface=eth0 -ip-masq=true"\n',
    );
  });

  test('a real sh reads what is written, or it is refused', () => {
    const hostile = [
      '$(touch /tmp/x)',
      '`id`',
      '"',
      "'",
      '\\',
      'a b',
      'a\nB=1',
      '-rf',
      ';id',
      '',
      '~',
      '#x',
      '$HOME',
      '!',
      '*',
    ];
    const texts = hostile.map((name) => ({
      name,
      own: edit(flannelEnvironment('A=1\n'), FLANNEL, { iface: name }),
      flag: edit(proxyEnvironment('KUBE_PROXY_ARGS="--v=2"\n'), PROXY, { hostnameOverride: name }),
    }));
    let written = 0;
    for (const { name, own, flag } of texts) {
      if (!own.startsWith('refused')) {
        written++;
        assert.equal(inShell(`${own}printf %s "$FLANNELD_IFACE"`), name);
      }
      if (!flag.startsWith('refused')) {
        written++;
        assert.equal(inShell(`${flag}printf %s "$KUBE_PROXY_ARGS"`), `--v=2 --hostname-override=${name}`);
      }
    }
    assert.ok(written > 8, `${written} were written`);
  });
});

function inShell(script: string): string {
  return spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout;
}

const POD = `apiVersion: v1
kind: Pod
spec:
  containers:
  - name: sidecar
    command: ["sleep", "--masquerade-all"]
  - name: kube-proxy
    command:
      - /usr/local/bin/kube-proxy
      - --proxy-mode=iptables # for now
      - "--cluster-cidr"
      - 10.1.0.0/16
    image: k8s.gcr.io/kube-proxy:v1.20.0
`;

suite('the manifest of a static pod', () => {
  test('flags are items of command or args', () => {
    assert.deepEqual(settings(manifest(POD)), { mode: 'iptables', clusterCIDR: '10.1.0.0/16' });
    assert.equal(
      edit(manifest(POD), PROXY, { clusterCIDR: '10.2.0.0/16', 'iptables.masqueradeAll': true, mode: null }),
      POD.replace('10.1.0.0/16\n', '10.2.0.0/16\n      - --masquerade-all=true\n').replace(
        '      - --proxy-mode=iptables # for now\n',
        '',
      ),
    );
  });

  test('lists in one line stay so; args come after command', () => {
    const flow =
      'kind: DaemonSet\nspec: {template: {spec: {containers: [{name: kube-proxy, command: [kube-proxy], args: ["--v=2"]}]}}}\n';
    assert.equal(
      edit(manifest(flow), PROXY, { mode: 'ipvs' }),
      flow.replace('"--v=2"', '"--v=2", "--proxy-mode=ipvs"'),
    );
  });

  test('what runs by a shell, or is not there, is refused', () => {
    const shell =
      'spec:\n  containers:\n  - name: kube-proxy\n    command: [/bin/sh, -c, "kube-proxy --v=2 >>/var/log/kube-proxy.log"]\n';
    assert.match(edit(manifest(shell), PROXY, { mode: 'ipvs' }), /^refused: .*shell/);
    assert.match(edit(manifest('spec: {}\n'), PROXY, { mode: 'ipvs' }), /^refused: /);
    assert.match(edit(manifest('spec: {\n'), PROXY, { mode: 'ipvs' }), /^refused: /);
  });
});

suite("the variables of a systemd unit's Environment=", () => {
  const variables = (lines: string): string =>
    `[Service]\n${lines}\nExecStart=/usr/bin/kube-proxy $ARGS \\\n  --v=2 \${MORE}\n`;

  test('are flags where the command takes them', () => {
    const text = variables(
      'Environment="ARGS=--proxy-mode=iptables --masquerade-all" OTHER=--cluster-cidr=10.9.0.0/16\nEnvironment=MORE=--cluster-cidr=10.1.0.0/16',
    );
    assert.deepEqual(settings(unit(text)), {
      mode: 'iptables',
      'iptables.masqueradeAll': true,
      clusterCIDR: '10.1.0.0/16',
      v: '2',
    });
  });

  test('are changed where they stand, and new ones go behind the command', () => {
    const text = variables('Environment="ARGS=--proxy-mode=iptables --masquerade-all=false"');
    assert.equal(
      edit(unit(text), PROXY, { 'iptables.masqueradeAll': true, mode: null, clusterCIDR: '10.1.0.0/16' }),
      `[Service]\nEnvironment="ARGS=--masquerade-all=true"\nExecStart=/usr/bin/kube-proxy $ARGS \\\n  --v=2 \${MORE} \\\n  --cluster-cidr=10.1.0.0/16\n`,
    );
  });

  test('are no flags where systemd would make something else of them', () => {
    assert.deepEqual(settings(unit(variables('Environment="ARGS=--cluster-cidr=%i"'))), { v: '2' });
  });
});

suite('the flags in a configuration file of k3s', () => {
  const CONFIG =
    'write-kubeconfig-mode: "0644"\nkube-proxy-arg: # ours\n  - proxy-mode=iptables\n  - "masquerade-all"\ntls-san:\n  - a\n';

  test('have no dashes', () => {
    assert.deepEqual(settings(rancher(CONFIG)), { mode: 'iptables', 'iptables.masqueradeAll': true });
    assert.deepEqual(settings(rancher('kube-proxy-arg: proxy-mode=ipvs\n')), { mode: 'ipvs' });
    assert.deepEqual(settings(rancher('kube-proxy-arg: ["--proxy-mode=ipvs"]\n')), { mode: 'ipvs' });
    assert.deepEqual(settings(rancher('tls-san: [a]\n')), {});
    assert.equal(rancher('kube-proxy-arg: [\n').problems.length, 1);
  });

  test('are changed, removed and added there, all else as it was', () => {
    const set = { mode: 'nftables', 'iptables.masqueradeAll': null, clusterCIDR: '10.1.0.0/16' };
    assert.equal(
      edit(rancher(CONFIG), PROXY, set),
      CONFIG.replace('proxy-mode=iptables', '"proxy-mode=nftables"').replace(
        '"masquerade-all"',
        '"cluster-cidr=10.1.0.0/16"',
      ),
    );
    const one = { clusterCIDR: '10.1.0.0/16' };
    for (const [before, after] of [
      ['', 'kube-proxy-arg: ["cluster-cidr=10.1.0.0/16"]\n'],
      ['tls-san: a', 'tls-san: a\nkube-proxy-arg: ["cluster-cidr=10.1.0.0/16"]\n'],
      ['kube-proxy-arg: []\na: b\n', 'kube-proxy-arg: ["cluster-cidr=10.1.0.0/16"]\na: b\n'],
      ['kube-proxy-arg: v=2\n', 'kube-proxy-arg: [v=2, "cluster-cidr=10.1.0.0/16"]\n'],
    ] as const)
      assert.equal(edit(rancher(before), PROXY, one), after);
    assert.equal(
      edit(rancher('a: b\nkube-proxy-arg: cluster-cidr=10.1.0.0/16\n'), PROXY, { clusterCIDR: null }),
      'a: b\n',
    );
  });
});
