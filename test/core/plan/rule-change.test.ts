import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readRuleChange } from '../../../src/core/plan/rule-change';
import { hostileText } from '../../support/arbitrary';

function read(text: string): unknown {
  const change = readRuleChange(text);
  return 'error' in change
    ? change.error
    : `${change.family} ${change.table} ${change.operation} ${change.chain} ${change.position ?? '-'} | ${change.body}`;
}

suite('a change of a rule', () => {
  test('is written as for iptables', () => {
    const spellings: readonly (readonly [string, string])[] = [
      ['-t nat -A POSTROUTING -o flannel0 -j MASQUERADE', '4 nat -A POSTROUTING - | -o flannel0 -j MASQUERADE'],
      [
        'iptables -t nat -A POSTROUTING -o flannel0 -j MASQUERADE',
        '4 nat -A POSTROUTING - | -o flannel0 -j MASQUERADE',
      ],
      [
        'sudo iptables -A POSTROUTING -o flannel0 -t nat -j MASQUERADE',
        '4 nat -A POSTROUTING - | -o flannel0 -j MASQUERADE',
      ],
      ['-I FORWARD -s 10.1.0.0/16 -j ACCEPT', '4 filter -I FORWARD - | -s 10.1.0.0/16 -j ACCEPT'],
      ['--insert INPUT 3 -j ACCEPT', '4 filter -I INPUT 3 | -j ACCEPT'],
      ['-D INPUT 2', '4 filter -D INPUT 2 | '],
      ['--delete INPUT -i lo -j ACCEPT', '4 filter -D INPUT - | -i lo -j ACCEPT'],
      [
        '-A INPUT -m comment --comment "a -t nat b" -j DROP',
        '4 filter -A INPUT - | -m comment --comment "a -t nat b" -j DROP',
      ],
      ['ip6tables --table raw --append OUTPUT -j DROP', '6 raw -A OUTPUT - | -j DROP'],
      ['iptables-legacy -A "INPUT" -j DROP', '4 filter -A INPUT - | -j DROP'],
    ];
    for (const [text, change] of spellings) assert.equal(read(text), change);
  });

  test('that is none is refused with a reason', () => {
    const refused: readonly (readonly [string, RegExp])[] = [
      ['', /is not \[-t TABLE\] -A\|-I\|-D\|-R CHAIN RULE/],
      ['-A', /is not/],
      ['-F INPUT', /is not/],
      ['constructor INPUT -j DROP', /is not/],
      ['-t nosuch -A INPUT -j DROP', /"nosuch" is not a table/],
      ['-t', /"" is not a table/],
      ['-A INPUT -m comment --comment "x', /a quote is not closed/],
      ['-I INPUT 0 -j DROP', /numbered from 1/],
      ['-A INPUT -j ACCEPT\nCOMMIT\n*nat', /one line/],
      ['-A INPUT -j ACCEPT\u0000', /one line/],
    ];
    for (const [text, reason] of refused) assert.match(String(read(text)), reason);
  });

  test('any text is a change of one line, or refused', () => {
    fc.assert(
      fc.property(fc.constantFrom('', '-A INPUT ', '-t nat -I POSTROUTING 1 ', '-D X '), hostileText, (head, tail) => {
        const change = readRuleChange(head + tail);
        assert.ok('error' in change || !/[\r\n]/.test(change.body + change.chain));
      }),
    );
  });
});
