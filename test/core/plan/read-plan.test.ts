import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Plan, PlannedChange } from '../../../src/core/plan/plan';
import { readPlan } from '../../../src/core/plan/read-plan';
import { writePlan } from '../../../src/core/plan/write-plan';
import { hostileText } from '../../support/arbitrary';

const HEAD = 'hoplensPlan: 1\nname: A plan\nchanges:\n';

/** What is said of one change, each as `LINE:COLUMN message`. */
function problemsOf(change: string, nodes?: readonly string[]): string[] {
  const text = HEAD + change;
  const { plan, problems } = readPlan(text, nodes);
  assert.equal(plan === undefined, problems.length > 0, change);
  return problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

function changeOf(text: string): PlannedChange {
  const { plan, problems } = readPlan(`${HEAD}  - node: worker\n${text.replace(/^/gm, '    ')}\n`);
  assert.deepEqual(problems, [], text);
  assert.ok(plan?.changes[0]);
  return plan.changes[0];
}

suite('a plan', () => {
  test('is read with every kind of change, and what is not said is the usual', () => {
    const { plan, problems, places } = readPlan(`hoplensPlan: 1
name: Masquerade what leaves through flannel0
changes:
  # The fix of the founding case.
  - node: worker
    rule: -t nat -A POSTROUTING -o flannel0 -j MASQUERADE
  - { node: worker, sysctl: net.ipv4.conf.eth0.rp_filter, value: 2, file: /etc/sysctl.d/90-hoplens.conf }
  - node: master
    route: add 10.1.9.0/24 via 192.168.1.12
`);
    assert.deepEqual(problems, []);
    assert.deepEqual(plan, {
      hoplensPlan: 1,
      name: 'Masquerade what leaves through flannel0',
      confirmWithin: 60,
      onFailure: 'revert-all',
      batch: 1,
      changes: [
        { node: 'worker', insist: false, kind: 'rule', rule: '-t nat -A POSTROUTING -o flannel0 -j MASQUERADE' },
        {
          node: 'worker',
          insist: false,
          kind: 'sysctl',
          key: 'net.ipv4.conf.eth0.rp_filter',
          value: '2',
          file: '/etc/sysctl.d/90-hoplens.conf',
        },
        { node: 'master', insist: false, kind: 'route', command: 'add 10.1.9.0/24 via 192.168.1.12' },
      ],
    });
    assert.equal(places.length, 3);
  });

  test('says how it is applied', () => {
    const { plan } = readPlan(
      'hoplensPlan: 1\nname: x\nconfirmWithin: 300\nonFailure: stop\nbatch: 5\nchanges:\n- node: a\n  rule: -A INPUT -j DROP\n  insist: true\n',
    );
    assert.deepEqual([plan?.confirmWithin, plan?.onFailure, plan?.batch], [300, 'stop', 5]);
    assert.equal(plan?.changes[0]?.insist, true);
  });

  test('restarts an agent alone', () => {
    const restart = ['systemctl', 'restart', 'flanneld'];
    assert.deepEqual(changeOf('agent: flanneld\nrestart: [systemctl, restart, flanneld]'), {
      ...{ node: 'worker', insist: false, kind: 'agent', agent: 'flanneld', restart },
    });
  });

  test('configures agents', () => {
    assert.deepEqual(
      changeOf(
        'kube-proxy: { config: /var/lib/kube-proxy/config.conf }\nset: { iptables.masqueradeAll: true, clusterCIDR: 10.1.0.0/16 }\nrestart: [systemctl, restart, kube-proxy]',
      ),
      {
        node: 'worker',
        insist: false,
        kind: 'kube-proxy',
        in: { config: '/var/lib/kube-proxy/config.conf' },
        set: { 'iptables.masqueradeAll': true, clusterCIDR: '10.1.0.0/16' },
        restart: ['systemctl', 'restart', 'kube-proxy'],
      },
    );
    assert.deepEqual(
      changeOf(
        'flannel:\n  etcd: { api: 2, key: /coreos.com/network/config, endpoints: ["http://127.0.0.1:2379"] }\nset:\n  Backend.Type: vxlan',
      ),
      {
        node: 'worker',
        insist: false,
        kind: 'flannel',
        in: { etcd: { api: 2, key: '/coreos.com/network/config', endpoints: ['http://127.0.0.1:2379'] } },
        set: { 'Backend.Type': 'vxlan' },
        restart: undefined,
      },
    );
  });

  test('of a sysctl keeps the spelling of its value', () => {
    for (const [written, value] of [
      ['1', '1'],
      ['"1"', '1'],
      ['0x10', '0x10'],
      ['32768 60999', '32768 60999'],
      ['-1', '-1'],
      ['cubic', 'cubic'],
    ]) {
      const change = changeOf(`sysctl: net.ipv4.x\nvalue: ${written ?? ''}`);
      assert.equal(change.kind === 'sysctl' && change.value, value);
    }
  });
});

suite('a plan that is none is told so, with the place', () => {
  test('as a file', () => {
    for (const [text, line, reason] of [
      ['', 1, /begins with "hoplensPlan: 1"/],
      ['- a\n', 1, /begins with/],
      ['hoplensPlan: 2\nname: x\nchanges:\n- {node: a, rule: -A INPUT -j DROP}\n', 1, /format "2" is not known/],
      ['hoplensPlan: 1\nname: x\n', 1, /at least one change/],
      ['hoplensPlan: 1\nname: x\nname: y\nchanges: []\n', 3, /unique/],
      ['hoplensPlan: 1\nname: x\nchanges:\n  - node: a\n   rule: b\n', 5, /./],
      ['hoplensPlan: 1\nname: x\nchanges: &a\n- {node: a, rule: -A INPUT -j DROP}\n', 4, /no & and no \*/],
      ['hoplensPlan: 1\nname: !x y\nchanges: []\n', 2, /tag/],
      ['hoplensPlan: 1\nname: x\nconfirmWithin: 5\nchanges:\n- {node: a, rule: -A INPUT -j DROP}\n', 3, /from 10 to/],
      ['hoplensPlan: 1\nname: x\nonFailure: go on\nchanges: []\n', 3, /revert-all or stop/],
      ['hoplensPlan: 1\nname: x\nbath: 1\nchanges: []\n', 3, /"bath" is not a field of a plan/],
      ['hoplensPlan: 1\nname: x\nchanges: []\n---\nhoplensPlan: 1\n', 4, /holds one plan/],
    ] as const) {
      const { plan, problems } = readPlan(text);
      assert.equal(plan, undefined, text);
      assert.ok(
        problems.some((one) => reason.test(one.message) && one.line === line),
        `${text}: ${JSON.stringify(problems)}`,
      );
    }
  });

  test('as a change', () => {
    const nodes = ['worker', 'master'];
    for (const [change, ...expected] of [
      ['  - node: wroker\n    rule: -A INPUT -j DROP\n', '4:11 there is no node "wroker"; there are: worker, master'],
      ['  - rule: -A INPUT -j DROP\n', '4:5 "node" is missing'],
      [
        '  - node: worker\n',
        '4:5 what is changed? One of: rule, table, route, policy-rule, sysctl, kube-proxy, flannel, agent',
      ],
      [
        '  - node: worker\n    rule: -A INPUT -j DROP\n    route: del default\n',
        '6:12 a change is of one kind: rule or route',
      ],
      [
        '  - node: worker\n    rule: -A INPUT -j DROP\n    tabel: nat\n',
        '6:5 "tabel" is not a field of a change of kind rule; these are: node, insist, rule',
      ],
      ['  - node: worker\n    rule: -F\n', '5:11 "-F" is not [-t TABLE] -A|-I|-D|-R CHAIN RULE'],
      ['  - node: worker\n    sysctl: net.x\n', '4:5 "value" is missing'],
      ['  - worker\n', '4:5 a change begins with "node: …"'],
    ])
      assert.deepEqual(problemsOf(change ?? '', nodes), expected, change);
  });
});

suite('hostile text is refused', () => {
  const bad = (change: string, reason: RegExp): void => {
    const found = problemsOf(`  - node: worker\n${change.replace(/^/gm, '    ')}\n`);
    assert.ok(
      found.some((one) => reason.test(one)),
      `${change}: ${found.join('; ') || 'taken'}`,
    );
  };

  test('in a rule', () => {
    bad('rule: "-A INPUT -j ACCEPT\\nCOMMIT"', /one line/);
    bad('rule: "-A INPUT -j ACCEPT\\0"', /U\+0000/);
    bad('rule: "-A INPUT -m comment --comment \\"\\u202ea\\" -j ACCEPT"', /U\+202E/);
    bad('rule: -A INPUT -m comment --comment "$(reboot)" -j ACCEPT', /for a shell/);
    bad('rule: -A INPUT -j `reboot`', /for a shell/);
    bad('rule: -A INPUT -j ACCEPT --modprobe=/tmp/x', /--modprobe is not an option of -j ACCEPT/);
    bad('rule: -A INPUT --modprobe /tmp/x -j ACCEPT', /belongs to no match or target/);
    bad('rule: -A INPUT -m tcp --modprobe /tmp/x -j ACCEPT', /--modprobe is not an option of -m tcp/);
    bad('rule: -A INPUT -s --modprobe=x -j ACCEPT', /is not an address/);
    bad('rule: -A INPUT -i ../x -j ACCEPT', /not the name of an interface/);
    bad('rule: -A INPUT -i "eth0; reboot" -j ACCEPT', /not the name of an interface/);
    bad('rule: -A INPUT -p tcp --dport "-F" -j ACCEPT', /"-F" is not a value of --dport/);
    bad('rule: -A --flush -j ACCEPT', /not the name of a chain/);
    bad('rule: -A INPUT -j "--flush"', /not a target/);
    bad("rule: -A INPUT -m comment --comment 'a b' -j ACCEPT", /double quotes/);
    bad('rule: -A INPUT -m comment --comment "a -j ACCEPT', /quote is not closed/);
    bad('rule: -A INPUT -s example.com -j ACCEPT', /names are not resolved/);
    bad('rule: -A INPUT -s 10.0.0.1,10.0.0.2 -j ACCEPT', /a rule for each address/);
    bad('rule: -A INPUT -s fd00::1 -j ACCEPT', /is not of IPv4/);
    bad('rule: -A INPUT -m nosuch -j ACCEPT', /not an extension/);
    bad('rule: -A INPUT -j ACCEPT -j DROP2 --x', /not an option/);
    bad('rule: -R INPUT -j ACCEPT', /which rule it replaces/);
  });

  test('in a table', () => {
    bad('table: nat\nrestore: |\n  *nat\n  -F\n  COMMIT\n', /line 2: -F is a command/);
    bad('table: nat\nrestore: |\n  *nat\n  COMMIT\n  *filter\n  COMMIT\n', /has table filter in it/);
    bad('table: nat\nrestore: |\n  *nat\n', /COMMIT is missing/);
    bad('table: nat\nrestore: |\n  *nat\n  -A OUTPUT -j ACCEPT --modprobe=/x\n  COMMIT\n', /line 2: --modprobe is not/);
    bad(
      'table: nat\nrestore: |\n  *nat\n  -A OUTPUT -m comment --comment "`x`" -j ACCEPT\n  COMMIT\n',
      /line 2: .* shell/,
    );
    bad('table: nosuch\nrestore: x', /is not a table/);
    bad('table: nat', /"restore" is missing/);
  });

  test('in a route, a policy rule and a sysctl', () => {
    bad('route: add default via 10.0.0.1; reboot', /is not a word/);
    bad('route: add default via $(x)', /for a shell/);
    bad('route: flush table main', /is not add\|del\|replace/);
    bad('route: add default -batch /tmp/x', /is not a word/);
    bad('route: add default via gateway', /is not an address/);
    bad('route: add default', /where to/);
    bad('route: add 10.0.0.0/8 dev eth0 nonsense', /"nonsense" does not belong/);
    bad('route: add default dev eth0 metric', /metric lacks its value/);
    bad('policy-rule: add from 10.0.0.0/8 lookup 100', /which priority/);
    bad('policy-rule: flush', /is not add\|del/);
    bad('policy-rule: add priority 5 from x lookup 100', /is not a network/);
    bad('policy-rule: add priority 5 from all', /what becomes of the packet/);
    bad('sysctl: --write\nvalue: 1', /is not a key below net/);
    bad('sysctl: kernel.panic\nvalue: 1', /is not a key below net/);
    bad('sysctl: net/../kernel/panic\nvalue: 1', /is not a key below net/);
    bad('sysctl: net.ipv4.ip_forward\nvalue: "1; reboot"', /is not a value/);
    bad('sysctl: net.ipv4.ip_forward\nvalue: --all', /is not a value/);
    bad('sysctl: net.ipv4.ip_forward\nvalue: "1\\nnet.x=1"', /one line/);
    bad('sysctl: net.ipv4.ip_forward\nvalue: 1\nfile: sysctl.conf', /is not a file that is read at boot/);
    bad('sysctl: net.ipv4.ip_forward\nvalue: 1\nfile: /etc/sysctl.d/../shadow.conf', /is not a file that is read/);
  });

  test("in an agent's configuration", () => {
    bad('kube-proxy: { config: etc/x }\nset: { mode: ipvs }', /not an absolute path/);
    bad('kube-proxy: { config: /etc/../x }\nset: { mode: ipvs }', /not an absolute path/);
    bad('kube-proxy: { config: "/etc/x y" }\nset: { mode: ipvs }', /not an absolute path/);
    bad('kube-proxy: { config: /etc/x, flags: /etc/y }\nset: { mode: ipvs }', /One of: config, flags/);
    bad('kube-proxy: {}\nset: { mode: ipvs }', /One of: config, flags/);
    bad('kube-proxy: { config: /etc/x }\nset: { mode: "a\\nb" }', /one line/);
    bad('kube-proxy: { config: /etc/x }\nset: { mode: [a] }', /one value/);
    bad('kube-proxy: { config: /etc/x }\nset: {}', /at least one value/);
    bad('kube-proxy: { config: /etc/x }\nset: { mode: x }\nrestart: [-c, x]', /is not a program/);
    bad('kube-proxy: { config: /etc/x }\nset: { mode: x }\nrestart: [sh, "$(x)"]', /for a shell/);
    bad('kube-proxy: { config: /etc/x }\nset: { mode: x }\nrestart: systemctl restart x', /is a list/);
    bad('flannel: { etcd: { api: 4, key: /x } }\nset: { a: b }', /"4" is not an API/);
    bad('flannel: { etcd: { api: 2, key: --all } }\nset: { a: b }', /is not a key of etcd/);
    bad('flannel: { etcd: { api: 2, key: /x, endpoints: [--help] } }\nset: { a: b }', /is not http/);
    bad('flannel: { configMap: { namespace: -n, name: x, entry: y } }\nset: { a: b }', /name of a namespace/);
    bad('agent: flanneld', /how is it restarted/);
    bad('agent: sshd\nrestart: [systemctl, restart, sshd]', /"agent" is kube-proxy or flanneld or dockerd/);
    bad('agent: flanneld\nrestart: [-c, x]', /is not a program/);
  });
});

suite('laws', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
  const path = word.map((name) => `/etc/${name}.conf`);
  const line = fc
    .string({ unit: fc.constantFrom(...Array.from('abc XYZ09:#-!{}[]&*?|>@%,"\'\\é测')) })
    .filter((text) => text.trim() !== '');
  const values = fc.dictionary(
    fc.oneof(word, fc.constant('__proto__'), fc.constant('null'), fc.constant('1')),
    fc.oneof(line, fc.integer(), fc.boolean(), fc.constant(null)),
    { minKeys: 1 },
  );
  const restart = fc.option(
    fc.tuple(word, line).map((words): readonly string[] => words),
    { nil: undefined },
  );
  const change: fc.Arbitrary<PlannedChange> = fc
    .tuple(
      word,
      fc.boolean(),
      fc.oneof(
        fc.record({
          kind: fc.constant('rule' as const),
          rule: fc
            .tuple(
              fc.constantFrom('-A', '-I', '-D'),
              line.map((text) => text.replace(/["'\\]/g, '')),
            )
            .map(([verb, comment]) => `-t nat ${verb} OUTPUT -m comment --comment "${comment}" -j ACCEPT`),
        }),
        fc.record({
          kind: fc.constant('table' as const),
          family: fc.constantFrom('ipv4' as const, 'ipv6' as const),
          table: fc.constant('nat' as const),
          restore: fc.constantFrom('*nat\nCOMMIT\n', '*nat\n:OUTPUT ACCEPT\n-A OUTPUT -j ACCEPT\nCOMMIT'),
        }),
        fc.record({ kind: fc.constant('route' as const), command: word.map((name) => `add 10.0.0.0/8 dev ${name}`) }),
        fc.record({
          kind: fc.constant('sysctl' as const),
          key: word.map((name) => `net.ipv4.${name}`),
          value: fc.constantFrom(
            '1',
            '01',
            '0x1',
            '-1',
            'cubic',
            '1 2 3',
            '1e3',
            'true',
            'null',
            '99999999999999999999',
          ),
          file: fc.option(
            word.map((name) => `/etc/sysctl.d/${name}.conf`),
            { nil: undefined },
          ),
        }),
        fc.record({
          kind: fc.constant('kube-proxy' as const),
          in: fc.oneof(fc.record({ config: path }), fc.record({ flags: path })),
          set: values,
          restart,
        }),
        fc.record({ kind: fc.constant('flannel' as const), in: fc.record({ docker: path }), set: values, restart }),
        fc.record({
          kind: fc.constant('agent' as const),
          agent: fc.constantFrom('kube-proxy' as const, 'flanneld' as const, 'dockerd' as const),
          restart: fc.tuple(word, line),
        }),
      ),
    )
    .map(([node, insist, kind]) => ({ node, insist, ...kind }));
  const plan: fc.Arbitrary<Plan> = fc.record({
    hoplensPlan: fc.constant(1 as const),
    name: line.map((text) => text.trim()),
    confirmWithin: fc.integer({ min: 10, max: 3600 }),
    onFailure: fc.constantFrom('revert-all' as const, 'stop' as const),
    batch: fc.integer({ min: 1, max: 1000 }),
    changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  });

  test('what is written is read back', () => {
    fc.assert(
      fc.property(plan, (one) => {
        const read = readPlan(writePlan(one));
        assert.deepEqual(read.problems, []);
        assert.deepEqual(JSON.stringify(read.plan), JSON.stringify(one));
      }),
    );
  });

  test('any text is a plan or has a problem within it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('', HEAD, `${HEAD}- node: `, `${HEAD}- node: a\n  rule: -A INPUT `),
        hostileText,
        (head, tail) => {
          const text = head + tail;
          const { plan, problems } = readPlan(text);
          assert.ok(plan !== undefined || problems.length > 0);
          for (const { start, end, line, column } of problems) {
            assert.ok(start >= 0 && start <= end && end <= text.length + 1, `${start} ${end}`);
            assert.ok(line >= 1 && column >= 1);
          }
          for (const one of plan?.changes ?? [])
            if (one.kind === 'rule') assert.ok(!/[\u0000-\u001f]|\$\(|`/.test(one.rule));
        },
      ),
    );
  });
});
