import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { canonicalRule, sameRule } from '../../../src/core/netfilter/canonical';
import { allRules } from '../../../src/core/netfilter/ruleset';
import { parseSave } from '../../../src/core/netfilter/save';

suite('a rule in the words of iptables-save', () => {
  test('is what iptables-save prints for what was typed', () => {
    // As iptables 1.8.9 printed them.
    for (const [typed, saved] of [
      ['-A INPUT -p tcp --dport 22 -j ACCEPT', '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT'],
      ['-A INPUT -i eth0 -s 10.0.0.1 -j DROP', '-A INPUT -s 10.0.0.1/32 -i eth0 -j DROP'],
      ['-A INPUT -s 10.1.2.3/16 -p 6', '-A INPUT -s 10.1.0.0/16 -p tcp'],
      ['-A INPUT -s 0.0.0.0/0 -p all -j DROP', '-A INPUT -j DROP'],
      [
        '-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
        '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      ],
      ['-A INPUT -m comment --comment word -j DROP', '-A INPUT -m comment --comment word -j DROP'],
      ['-A INPUT -m comment --comment "a b" -j DROP', '-A INPUT -m comment --comment "a b" -j DROP'],
      ['-A INPUT --jump REJECT', '-A INPUT -j REJECT --reject-with icmp-port-unreachable'],
      ['-A OUTPUT -j MARK --set-mark 16', '-A OUTPUT -j MARK --set-xmark 0x10/0xffffffff'],
      ['-A INPUT ! --source 10.0.0.0/8 -g X', '-A INPUT ! -s 10.0.0.0/8 -g X'],
      ['-A INPUT -p udp --source-port 53', '-A INPUT -p udp -m udp --sport 53'],
    ])
      assert.equal(canonicalRule(typed ?? '', 4), saved);
  });

  test('leaves what iptables-save printed as it is', () => {
    for (const file of ['rich-nft', 'rich-legacy'])
      for (const { rule } of allRules(parseSave(readFileSync(`test/fixtures/save/${file}.txt`, 'utf8'), 4)))
        assert.equal(canonicalRule(rule.text, 4), rule.text);
  });

  test('tells rules apart that differ in a comment only', () => {
    assert.ok(sameRule('-A X -p tcp --dport 1 -j DROP', '-A  X -p tcp -m tcp --dport 1 -j DROP', 4));
    assert.ok(!sameRule('-A X -m comment --comment "a  b"', '-A X -m comment --comment "a b"', 4));
  });
});
