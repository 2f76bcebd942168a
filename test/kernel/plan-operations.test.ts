import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { suite, test } from 'node:test';
import { compilePlan } from '../../src/core/plan/compile';
import { commandsOf } from '../../src/core/plan/commands';
import type { Operation } from '../../src/core/plan/operation';
import { readPlan } from '../../src/core/plan/read-plan';
import { commandLine } from '../../src/nodes/batch/quote';
import { cluster, node, type Outputs } from '../support/snapshots';

const SETUP = `
set -e
ip link set lo up
ip link add eth0 type veth peer name eth1
ip link set eth0 up; ip link set eth1 up
ip addr add 10.9.0.1/24 dev eth0
ip addr add fd00::1/64 dev eth0 nodad
ip route add 10.1.0.0/16 via 10.9.0.2
ip route add 10.2.0.0/16 via 10.9.0.2 dev eth0 metric 50 onlink proto static
ip route add 10.4.0.0/16 via 10.9.0.2 table 100
ip route add 10.5.0.0/16 dev eth0 src 10.9.0.1 mtu 1400
ip route add unreachable 10.6.0.0/16
ip -6 route add fd01::/64 via fd00::2
ip rule add from 10.0.0.1 lookup 100 priority 1000
iptables -N MINE
iptables -A INPUT -p tcp --dport 22 -j ACCEPT
iptables -A INPUT -m comment --comment 'it'"'"'s "quoted"  twice' -j MINE
iptables -A INPUT -j ACCEPT
iptables -A INPUT -p tcp --dport 22 -j ACCEPT
iptables -P FORWARD DROP
iptables -t nat -A POSTROUTING -s 10.1.9.0/24 ! -o docker0 -j MASQUERADE
`;

/** One change each, in the words of a plan. */
const CHANGES = [
  'rule: -t nat -A POSTROUTING -o flannel0 -j MASQUERADE',
  'rule: -t nat -I POSTROUTING -p udp --dport 53 -j ACCEPT',
  'rule: -A INPUT -p tcp --dport 22 -j ACCEPT',
  'rule: -I INPUT 3 -i eth0 -s 10.0.0.1 -m conntrack --ctstate ESTABLISHED,NEW -j DROP',
  'rule: -D INPUT -p tcp --dport 22 -j ACCEPT',
  'rule: -D INPUT 2',
  'rule: -D INPUT 4',
  `rule: '-D INPUT -m comment --comment "it''s \\"quoted\\"  twice" -j MINE'`,
  'rule: -R INPUT 3 -p icmp -j REJECT',
  'rule: -A MINE -m comment --comment "a \\"b\\" ; c" -j DROP',
  'rule: -t mangle -A OUTPUT -d 10.0.0.0/8 -j MARK --set-mark 16',
  'rule: ip6tables -I FORWARD -p tcp -j REJECT',
  'table: nat\n    restore: |\n      *nat\n      :X - [0:0]\n      -A POSTROUTING -j X\n      -A X -o eth0 -j MASQUERADE\n      COMMIT\n',
  'route: add 10.10.0.0/16 via 10.9.0.7',
  'route: add 10.11.0.0/16 dev eth0',
  'route: add 10.12.0.0/16 via 10.9.0.7 metric 7 proto static table 100',
  'route: add blackhole 10.13.0.0/16',
  'route: add 10.14.0.0/16 via 10.200.0.1 dev eth0 onlink mtu 1300',
  'route: del 10.1.0.0/16',
  'route: del 10.2.0.0/16 via 10.9.0.2',
  'route: del 10.4.0.0/16 table 100',
  'route: del 10.5.0.0/16',
  'route: del unreachable 10.6.0.0/16',
  'route: replace 10.1.0.0/16 via 10.9.0.9',
  'route: replace 10.15.0.0/16 via 10.9.0.9',
  'route: add fd02::/64 via fd00::3',
  'route: del fd01::/64',
  'policy-rule: add from 10.0.0.0/8 fwmark 1/255 lookup 100 priority 999',
  'policy-rule: add not to 10.0.0.0/8 iif eth0 ipproto tcp dport 80 table main pref 5',
  'policy-rule: del from 10.0.0.1 priority 1000',
  'sysctl: net.ipv4.conf.eth0.rp_filter\n    value: 2',
  'sysctl: net/ipv4/conf/eth0/accept_local\n    value: 1',
];

const PROBES: Readonly<Record<string, string>> = {
  'iptables-save': 'iptables-save -c',
  'ip6tables-save': 'ip6tables-save -c',
  'ip-addr': 'ip -j addr',
  'ip-route': 'ip -j route show table all',
  'ip6-route': 'ip -6 -j route show table all',
  'ip-rule': 'ip -j rule',
  sysctl: 'sysctl net',
};

/** Runs scripts in a network namespace of their own, one after the other; what each printed. */
function inNamespace(scripts: readonly string[]): string[] {
  const mark = '--- next ---';
  const script = scripts.map((one) => `{ ${one}\n} 2>&1; echo '${mark}'`).join('\n');
  const out = execFileSync('unshare', ['-n', 'sh', '-c', `${SETUP}\nset +e\n${script}`], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return out.split(`${mark}\n`).slice(0, -1);
}

/** What an operation is about, in the words that it uses itself. */
function stateOf(operation: Operation): string {
  switch (operation.kind) {
    case 'rule':
      return `${operation.family === 4 ? 'iptables' : 'ip6tables'} -t ${operation.table} -S ${operation.chain}`;
    case 'table':
      return `iptables-save -t ${operation.table} | sed -e '/^#/d' -e 's/ .[0-9]*:[0-9]*.$//'`;
    case 'route':
      return `ip -${operation.family} route show table ${operation.table} | sed -e 's/  */ /g' -e 's/ $//'`;
    case 'policy-rule':
      return `ip -${operation.family} rule | sed -e 's/[[:space:]][[:space:]]*/ /g' -e 's/ $//'`;
    case 'sysctl':
      return `sysctl -n ${operation.key}`;
    default:
      throw new Error(operation.kind);
  }
}

function undoing(operation: Operation): string {
  switch (operation.kind) {
    case 'rule':
      return `${operation.family === 4 ? 'iptables' : 'ip6tables'} -t ${operation.table} ${commandLine(operation.undoes)}`;
    case 'table':
      return `iptables-restore -T ${operation.table} <<'END'\n${operation.before}END\n`;
    case 'route':
    case 'policy-rule':
      return `ip -${operation.family} ${operation.kind === 'route' ? 'route' : 'rule'} ${commandLine(operation.undoes)}`;
    case 'sysctl':
      return `sysctl -q -w ${operation.key}=${operation.before}`;
    default:
      throw new Error(operation.kind);
  }
}

function doing(operation: Operation): string {
  const command = commandLine(commandsOf({ node: 'node', operations: [operation] })[0] ?? []);
  return operation.kind === 'table' ? `${command} <<'END'\n${operation.after}END\n` : `${command} >/dev/null`;
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

suite('what a plan comes down to', () => {
  const ids = Object.keys(PROBES);
  const printed = inNamespace(Object.values(PROBES));
  const outputs: Outputs = Object.fromEntries(
    ids.map((id, at) => [id, { command: PROBES[id] ?? '', stdout: printed[at] ?? '' }]),
  );
  const operations = CHANGES.map((change): Operation => {
    const { plan, problems } = readPlan(`hoplensPlan: 1\nname: x\nchanges:\n  - node: node\n    ${change}\n`);
    assert.ok(plan, `${change}: ${JSON.stringify(problems)}`);
    const { nodes, concerns } = compilePlan(plan, cluster(node('node', outputs)));
    assert.deepEqual(concerns, [], change);
    assert.equal(nodes[0]?.operations.length, 1);
    return nodes[0].operations[0]!;
  });
  const ran = inNamespace(
    operations.flatMap((one) => [stateOf(one), doing(one), stateOf(one), undoing(one), stateOf(one)]),
  );

  for (const [at, operation] of operations.entries())
    test(`${CHANGES[at]?.split('\n')[0] ?? ''}: before, after, and back`, () => {
      const [before = '', said, after = '', undone, back] = ran.slice(at * 5, at * 5 + 5);
      assert.deepEqual([said, undone], ['', '']);
      assert.equal(back, before, 'taken back, all is as it was');
      assert.notEqual(after, before);
      switch (operation.kind) {
        case 'rule':
          assert.deepEqual(operation.before, lines(before));
          assert.deepEqual(operation.after, lines(after));
          break;
        case 'table':
          assert.deepEqual(operation.before, before);
          assert.deepEqual(operation.after, after);
          break;
        case 'route':
        case 'policy-rule':
          for (const line of operation.removes) assert.ok(lines(before).includes(line), `${line} in\n${before}`);
          for (const line of operation.adds) assert.ok(lines(after).includes(line), `${line} in\n${after}`);
          assert.equal(lines(after).length - lines(before).length, operation.adds.length - operation.removes.length);
          break;
        case 'sysctl':
          assert.deepEqual([operation.before, operation.after], [before.trim(), after.trim()]);
          break;
        default:
          assert.fail(operation.kind);
      }
    });
});
