import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseListing, parseListings } from '../../../src/core/netfilter/list';
import type { TableName } from '../../../src/core/netfilter/hook';
import type { Rule } from '../../../src/core/netfilter/rule';

const TITLES = 'target     prot opt source               destination';
const VERBOSE = ' pkts bytes target     prot opt in     out     source               destination';

function rulesOf(text: string, family: 4 | 6 = 4): Rule[] {
  const ruleset = parseListing(text, family);
  return [...ruleset.tables.values()].flatMap((table) => [...table.chains.values()].flatMap((chain) => chain.rules));
}

/** One verbose row of chain INPUT, as iptables-save prints it. */
function saved(row: string, family: 4 | 6 = 4): string | undefined {
  return rulesOf(`Chain INPUT (policy ACCEPT 0 packets, 0 bytes)\n${VERBOSE}\n${row}\n`, family)[0]?.text;
}

suite('chains of a listing', () => {
  const text = `Chain INPUT (policy DROP 56 packets, 5242 bytes)
num   pkts bytes target     prot opt in     out     source               destination
1     100K 6306K ACCEPT     all  --  lo     *       0.0.0.0/0            0.0.0.0/0
2       2G   13T DOCKER     all  --  *      *       0.0.0.0/0            0.0.0.0/0

Chain FORWARD (policy ACCEPT)

Chain DOCKER (1 references)
num   pkts bytes target     prot opt in     out     source               destination
1        0     0            all  --  *      *       0.0.0.0/0            0.0.0.0/0
`;
  const table = parseListing(text, 4).tables.get('filter');

  test('have a policy with counters, or references', () => {
    const chains = [...(table?.chains.values() ?? [])].map((chain) => ({ ...chain, rules: chain.rules.length }));
    const none = { policy: undefined, counters: undefined, references: undefined };
    assert.deepEqual(chains, [
      { ...none, name: 'INPUT', policy: 'DROP', counters: { packets: 56, bytes: 5242 }, line: 1, rules: 2 },
      { ...none, name: 'FORWARD', policy: 'ACCEPT', line: 6, rules: 0 },
      { ...none, name: 'DOCKER', references: 1, line: 8, rules: 1 },
    ]);
  });

  test('have rules with numbers, lines and counters in powers of 1000', () => {
    const rules = table?.chains.get('INPUT')?.rules.map(({ number, line, counters }) => ({ number, line, counters }));
    assert.deepEqual(rules, [
      { number: 1, line: 3, counters: { packets: 100_000, bytes: 6_306_000 } },
      { number: 2, line: 4, counters: { packets: 2_000_000_000, bytes: 13_000_000_000_000 } },
    ]);
  });

  test('have rules without a target', () => {
    assert.equal(table?.chains.get('DOCKER')?.rules[0]?.text, '-A DOCKER');
  });

  test('give a rule its meaning', () => {
    const [rule] = table?.chains.get('INPUT')?.rules ?? [];
    assert.equal(rule?.text, '-A INPUT -i lo -j ACCEPT');
    assert.equal(rule.meaning.action.kind, 'accept');
    assert.equal(rule.meaning.conditions.length, 1);
  });
});

suite('columns', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['0 0 ACCEPT all -- * !docker0 !127.0.0.0/8 10.0.0.1', '! -s 127.0.0.0/8 -d 10.0.0.1/32 ! -o docker0 -j ACCEPT'],
    ['0 0 ACCEPT 6 -- any any anywhere anywhere', '-p tcp -j ACCEPT'],
    ['0 0 ACCEPT !17 -f eth+ * 0.0.0.0/0 0.0.0.0/0', '-i eth+ ! -p udp -f -j ACCEPT'],
    ['0 0 ACCEPT gre !f * * 0.0.0.0/0 0.0.0.0/0', '-p gre ! -f -j ACCEPT'],
    ['0 0 ACCEPT 250 -- * * 0.0.0.0/0 0.0.0.0/0', '-p 250 -j ACCEPT'],
    ['0 0 0 -- * * 0.0.0.0/0 0.0.0.0/0', ''],
    ['0 0 udp -- * * 0.0.0.0/0 0.0.0.0/0', '-p udp'],
    ['0 0 ACCEPT all -- * * 10.1.0.0/255.255.0.255 0.0.0.0/0', '-s 10.1.0.0/255.255.0.255 -j ACCEPT'],
    ['0 0 ACCEPT all -- * * gw.example.net !localhost/8', '-s gw.example.net ! -d 127.0.0.0/8 -j ACCEPT'],
    ['0 0 ACCEPT udplite-- * * 0.0.0.0/0 0.0.0.0/0', '-p udplite -j ACCEPT'],
    ['0 0 ACCEPT ipv6-mh -- * * 0.0.0.0/0 0.0.0.0/0', '-p mobility-header -j ACCEPT'],
    ['0 0 ACCEPT all -- * * 10.0.12.0/-1 0.0.0.0/0', '-s 10.0.12.0/-1 -j ACCEPT'],
    ['0 0 HOOK all – * * 0.0.0.0/0 0.0.0.0/0', '-j HOOK'],
    ['0 0 HOOK all -- * * 0.0.0.0/0 0.0.0.0/0 [goto]', '-g HOOK'],
  ];
  for (const [row, options] of rows)
    test(row, () => {
      assert.equal(saved(row), `-A INPUT ${options}`.trim());
    });

  test('ip6tables left the option column blank', () => {
    assert.equal(
      saved('  0  0 ACCEPT  tcp      *  *  ::/0  fe80::/10  tcp dpt:22', 6),
      '-A INPUT -d fe80::/10 -p tcp -m tcp --dport 22 -j ACCEPT',
    );
    assert.equal(saved('  0  0         all      lo *  ::1   ::/0', 6), '-A INPUT -s ::1/128 -i lo');
  });

  test('a host name makes the answer unknown', () => {
    const [rule] = rulesOf(
      `Chain INPUT (policy ACCEPT)\n${VERBOSE}\n0 0 DROP all -- any any gw.example.net anywhere\n`,
    );
    const answer = rule?.meaning.conditions[0]?.test({} as never);
    assert.ok(typeof answer === 'object' && answer.kind === 'unknown');
  });

  test('rules that a filter took away keep their numbers', () => {
    const { tables, problems } = parseListing(
      `Chain INPUT (policy ACCEPT)\nnum  ${TITLES}\n1 DROP all -- 10.0.0.1 anywhere\n4 DROP all -- 10.0.0.2 anywhere\n`,
      4,
    );
    assert.deepEqual(
      tables
        .get('filter')
        ?.chains.get('INPUT')
        ?.rules.map((rule) => rule.number),
      [1, 4],
    );
    assert.match(
      problems.map(({ line, message }) => `${line} ${message}`).join(),
      /4 rules of chain INPUT are missing/,
    );
  });
});

suite('what a listing does not show is unknown', () => {
  const text = `Chain INPUT (policy DROP)\n${TITLES}\nACCEPT  all  --  anywhere  anywhere\nACCEPT  tcp  --  anywhere  anywhere  tcp dpt:ssh\n`;
  const ruleset = parseListing(text, 4);
  const rules = ruleset.tables.get('filter')?.chains.get('INPUT')?.rules ?? [];

  test('interfaces, without -v', () => {
    assert.deepEqual(
      rules.map((rule) => rule.text),
      [
        '-A INPUT -m not-listed --interfaces "filter/INPUT/1" -j ACCEPT',
        '-A INPUT -p tcp -m not-listed --interfaces "filter/INPUT/2" -m tcp --dport 22 -j ACCEPT',
      ],
    );
    assert.equal(ruleset.problems[0]?.severity, 'warning');
  });

  test('for each rule by itself', () => {
    const subjects = rules.map((rule) => {
      const { conditions } = rule.meaning;
      const answer = conditions[rule.number - 1]?.test({ packet: {} } as never);
      assert.ok(typeof answer === 'object' && answer.kind === 'unknown');
      return [answer.code, answer.subject];
    });
    assert.deepEqual(subjects, [
      ['match-not-simulated', '-m not-listed --interfaces filter/INPUT/1'],
      ['match-not-simulated', '-m not-listed --interfaces filter/INPUT/2'],
    ]);
  });

  test('whether a quota is inverted', () => {
    assert.equal(
      saved('0 0 ACCEPT all -- * * 0.0.0.0/0 0.0.0.0/0 quota: 1000 bytes'),
      '-A INPUT -m quota --quota 1000 -m not-listed --quota-inverted 1000 -j ACCEPT',
    );
  });
});

suite('the table is told from', () => {
  const cases: readonly (readonly [string, TableName, readonly string[]])[] = [
    ['the forward hook and another', 'mangle', ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']],
    ['the routing hooks', 'nat', ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING']],
    ["the old order of nat's chains", 'nat', ['PREROUTING', 'POSTROUTING', 'OUTPUT']],
    ['two hooks before routing', 'raw', ['PREROUTING', 'OUTPUT']],
    ['three local hooks', 'filter', ['INPUT', 'FORWARD', 'OUTPUT']],
  ];
  for (const [what, table, chains] of cases)
    test(what, () => {
      const text = chains.map((name) => `Chain ${name} (policy ACCEPT)\n${TITLES}\n`).join('\n');
      assert.deepEqual([...parseListing(text, 4).tables.keys()], [table]);
    });

  test('targets that only one table has', () => {
    const text = `Chain X (1 references)\n${VERBOSE}\n0 0 DNAT tcp -- * * 0.0.0.0/0 0.0.0.0/0 to:10.0.0.1\n`;
    assert.deepEqual([...parseListing(text, 4).tables.keys()], ['nat']);
  });

  test('the command, with which it was copied', () => {
    const text = `$ sudo iptables -t mangle -nvL OUTPUT\nChain OUTPUT (policy ACCEPT)\n${VERBOSE}\n`;
    assert.deepEqual([...parseListing(text, 4).tables.keys()], ['mangle']);
  });

  test('a jump to a chain that was listed alone', () => {
    const text = `$ iptables -t nat -L OUTPUT\nChain OUTPUT (policy ACCEPT)\n${TITLES}\nMINE all -- anywhere anywhere\n`;
    assert.deepEqual(
      [...parseListing(`${text}\n$ cat notes\n\nChain MINE (1 references)\n${TITLES}\n`, 4).tables.keys()],
      ['nat'],
    );
    const { problems } = parseListing(`Chain MINE (1 references)\n${TITLES}\n`, 4);
    assert.match(problems[0]?.message ?? '', /nothing tells the table/);
  });

  test('its argument', () => {
    const text = `Chain OUTPUT (policy ACCEPT)\n${TITLES}\n`;
    assert.deepEqual([...parseListing(text, 4, 'security').tables.keys()], ['security']);
  });
});

suite('several listings in one text', () => {
  const filter = ['INPUT', 'FORWARD', 'OUTPUT'].map((name) => `Chain ${name} (policy ACCEPT)\n${TITLES}\n`).join('\n');
  const nat = ['PREROUTING', 'INPUT', 'OUTPUT'].map((name) => `Chain ${name} (policy ACCEPT)\n${TITLES}\n`).join('\n');

  test('of different tables make one ruleset', () => {
    const ruleset = parseListing(`${filter}\n${nat}\nChain POSTROUTING (policy ACCEPT)\n`, 4);
    assert.deepEqual([...ruleset.tables.keys()], ['filter', 'nat']);
  });

  test('of one table are of different nodes or times', () => {
    const text = `${filter}\n# later\n\n${filter}`;
    assert.deepEqual(
      parseListings(text, 4).map((ruleset) => ruleset.tables.get('filter')?.line),
      [1, 12],
    );
    assert.deepEqual(parseListing(text, 4).problems, [
      {
        severity: 'warning',
        line: 12,
        message: 'table filter is listed again from here, for another node or time: this part is left out',
      },
    ]);
  });

  test('of the other family, without a command to tell, are an error', () => {
    const { problems } = parseListing(`Chain INPUT (policy ACCEPT)\n${VERBOSE}\n0 0 DROP all -- * * ::/0 fe80::1\n`, 4);
    assert.deepEqual(problems, [{ severity: 'error', line: 3, message: 'chain INPUT has addresses of IPv6' }]);
  });

  test('of the other family are left out', () => {
    const { tables, problems } = parseListing(`# iptables -L\n${filter}\n# ip6tables -L\n${filter}`, 4);
    assert.equal(tables.size, 1);
    assert.match(problems[0]?.message ?? '', /printed by ip6tables/);
  });
});
