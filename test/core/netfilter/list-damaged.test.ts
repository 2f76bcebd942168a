import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parseListing, parseListings } from '../../../src/core/netfilter/list';
import { cpuTimer } from '../../support/cpu-time';

const TITLES = 'target     prot opt source               destination';
const VERBOSE = ' pkts bytes target     prot opt in     out     source               destination';

function texts(text: string): string[] {
  return [...parseListing(text, 4).tables.values()].flatMap((table) =>
    [...table.chains.values()].flatMap((chain) => chain.rules.map((rule) => rule.text)),
  );
}

function problems(text: string): string[] {
  return parseListing(text, 4).problems.map(({ severity, line, message }) => `${severity} ${line} ${message}`);
}

suite('a text that is no listing is an error', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', ' \n', /^error 1 the listing is empty$/],
    [
      'an error message',
      "iptables v1.4.21: can't initialize iptables table `nat': Permission denied\n",
      /Permission denied/,
    ],
    ['iptables-save', '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n', /looks like iptables-save's output/],
    ['iptables -S', '-P INPUT ACCEPT\n-A INPUT -j DROP\n', /looks like iptables-save's output/],
    ['binary', '\u007fELF\u0002\u0001\u0000\u0000\n\u0003', /binary or damaged/],
    [
      'prose',
      'Chain of events (policy of the house)\nThe tcp and udp ports are open.\n',
      /not what iptables -L prints/,
    ],
  ];
  for (const [name, text, expected] of cases)
    test(name, () => {
      assert.match(problems(text).join('\n'), expected);
      assert.deepEqual(texts(text), []);
    });
});

suite('a listing that is cut off is an error', () => {
  const begin = `Chain INPUT (policy ACCEPT)\n${TITLES}\nACCEPT  all  --  10.0.0.1  10.0.0.2\n`;
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['in a header', `${begin}\nChain FORWARD (pol`, /error 5 the header of a chain is cut off: "Chain FORWARD \(pol"/],
    ['in a bare header', `${begin}\nChain FORWARD\n`, /error 5 the header of a chain is cut off: "Chain FORWARD"/],
    [
      'in a header, with rules behind',
      `${begin}\nChain X (1 re\nDROP all -- anywhere anywhere\n`,
      /error 6 rules stand outside any chain/,
    ],
    ['behind a header', `${begin}\nChain FORWARD (policy ACCEPT)\n`, /error 5 the listing ends behind the header/],
    ['in a row', `${begin}DROP  all  --  10.0.0.9`, /error 4 "DROP  all  --  10.0.0.9" is not a whole rule/],
    ['in a comment', `${begin}DROP  all  --  10.0.0.9  anywhere /* this i`, /warning 4 its comment is cut off/],
    ['at its beginning', `ACCEPT all -- anywhere anywhere\n\n${begin}`, /error 1 rules stand outside any chain/],
    ['by iptables-nft', `# Table \`nat' is incompatible, use 'nft' tool.\n${begin}`, /error 1 rules are missing/],
    ['by its author', `${begin}...\n`, /warning 4 rules may be left out here/],
  ];
  for (const [name, text, expected] of cases)
    test(name, () => {
      assert.match(problems(text).join('\n'), expected);
    });
});

suite('copies from terminals and web pages', () => {
  const listing = `Chain INPUT (policy ACCEPT 0 packets, 0 bytes)
${VERBOSE}
    0     0 ACCEPT     tcp  --  lo     *       0.0.0.0/0            10.0.0.1             /* a b */ tcp dpt:80
    0     0            all  --  *      *       0.0.0.0/0            0.0.0.0/0
`;
  const expected = [
    '-A INPUT -d 10.0.0.1/32 -i lo -p tcp -m comment --comment "a b" -m tcp --dport 80 -j ACCEPT',
    '-A INPUT',
  ];
  const copies: Readonly<Record<string, string>> = {
    'as printed': listing,
    'with CRLF': listing.replaceAll('\n', '\r\n'),
    'with tabs': listing.replace(/ {2,}/g, '\t'),
    'with no-break spaces': listing.replace(/ {2,}/g, '\u00a0\u00a0'),
    'with one blank for many': listing.replace(/ +/g, ' '),
    indented: listing.replace(/^/gm, '      '),
    'with a byte order mark': `\ufeff${listing}`,
    'with colours': `\u001b[01;32mroot@a\u001b[00m:~# iptables -nvL\n${listing}root@a:~# exit\n`,
    'with empty lines between': listing.replaceAll('\n', '\n\n'),
    'without titles': listing.replace(`${VERBOSE}\n`, ''),
    'with a dash for two': listing.replaceAll('--', '–'),
    'between prose': `See the tcp ports:\n\n# note\n${listing}\nThis is fine, udp too -- is it not?\n`,
    'wrapped in a comment': listing.replace('/* a b', '/* a\nb'),
    'wrapped behind a comment': listing.replace('*/ tcp dpt', '*/\ntcp dpt'),
    'with stars gone from a comment': listing.replace('/* a b */', '/* a b /'),
    'with stars gone and a line break': listing.replace('/* a b */', '/\na b /'),
  };
  for (const [name, text] of Object.entries(copies))
    test(name, () => {
      assert.deepEqual(texts(text), expected);
      assert.deepEqual(problems(text), []);
    });

  test('with the stars of the interface columns gone, interfaces are unknown', () => {
    const text = listing.replace(/ \* .* 0\.0\.0\.0\/0 +0\.0\.0\.0\/0/, ' 0.0.0.0/0 0.0.0.0/0');
    assert.equal(texts(text)[1], '-A INPUT -m not-listed --interfaces "filter/INPUT/2"');
  });

  test('a line among the rules that is no rule is told', () => {
    assert.deepEqual(problems(`${listing}this is what we saw\n`), [
      'warning 5 "this is what we saw" is no rule, and is left out',
    ]);
  });
});

suite('any text', () => {
  const fixture = readFileSync('test/fixtures/listings/v4-nft.exact.txt', 'utf8').split('\n');
  const words = fc.constantFrom(
    'Chain',
    'INPUT',
    '(policy',
    'ACCEPT)',
    '0',
    '12K',
    'tcp',
    '--',
    '*',
    '!',
    'anywhere',
    '0.0.0.0/0',
    '/*',
    '*/',
    '/',
    '#',
    'to:',
    'MARK',
    'match',
    '0x1',
    '"',
    '[goto]',
    '->',
    '\n',
    '\u0000',
  );
  const anything = fc.oneof(
    fc.array(words, { maxLength: 60 }).map((parts) => parts.join(' ')),
    fc.string({ unit: 'binary', maxLength: 200 }),
    // A listing with lines taken away, cut and doubled.
    fc
      .array(fc.tuple(fc.nat(fixture.length - 1), fc.nat(120)), { maxLength: 40 })
      .map((cuts) => cuts.map(([line, at]) => (fixture[line] ?? '').slice(0, at)).join('\n')),
  );

  test('gives rulesets and problems, and throws nothing', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom(4 as const, 6 as const), (text, family) => {
        const lines = text.split('\n').length;
        for (const ruleset of parseListings(text, family)) {
          for (const { line } of ruleset.problems) assert.ok(line >= 1 && line <= Math.max(1, lines));
          for (const table of ruleset.tables.values())
            for (const chain of table.chains.values())
              for (const rule of chain.rules) {
                assert.ok(rule.line >= 1 && rule.line <= lines);
                assert.equal(rule.syntax.problem, undefined, rule.text);
                assert.ok(rule.meaning.conditions.length >= 0);
              }
        }
      }),
      { numRuns: 400 },
    );
  });

  test('costs time in proportion to its length', () => {
    const header = `Chain INPUT (policy ACCEPT)\n${TITLES}\n`;
    const row = 'ACCEPT all -- anywhere anywhere ';
    const hard = [
      header + (row + '/* ns/svc:http cluster IP */ tcp dpt:80\n').repeat(100_000),
      header + (row + '/* open\n').repeat(50_000),
      header + row + '\nwords that go on'.repeat(50_000),
      header + row + '/ '.repeat(200_000),
      header + row + '# tcp '.repeat(1300),
      header + row + '/*'.repeat(3900),
      header + row + 'policy match dir in pol ipsec ' + '! '.repeat(3900),
      'Chain '.repeat(100_000),
      'iptables '.repeat(100_000),
      'Chain INPUT (policy ACCEPT)\n\n'.repeat(5000),
    ];
    for (const text of hard) {
      const worked = cpuTimer();
      parseListings(text, 4);
      assert.ok(worked() < 8000, text.slice(60, 120));
    }
  });
});
