import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { matchesInterface } from '../../../../src/core/netfilter/matches/generic';
import { ping, tcp, udp, view } from '../../../support/packets';
import { assertMatches, matches, rule } from '../../../support/rules';

const SYN = tcp('10.1.9.7:50712', '10.0.0.103:80');

suite('what a rule tests by itself', () => {
  test('addresses', () => {
    assertMatches(view(SYN), {
      '-s 10.1.9.7/32': true,
      '-s 10.1.9.0/24': true,
      '! -s 10.1.9.0/24': false,
      '! -s 10.1.8.0/24': true,
      '-d 10.0.0.103/32': true,
      '! -d 10.0.0.103/32': false,
      '-s 10.1.9.0/24 -d 10.0.0.104/32': false,
      '-s 10.1.0.7/255.255.0.255': true,
      '-s 10.1.0.8/255.255.0.255': false,
      '-s 0.0.0.0/0': true,
      '! -s 0.0.0.0/0': false,
    });
    assertMatches(view(tcp('[fd00::9]:5', '[fd00:1::1]:80')), { '-s fd00::/8': true, '! -d fd00:1::/64': false });
  });

  test('protocols; 0 is any, inverted or not', () => {
    assertMatches(view(SYN), {
      '-p tcp': true,
      '-p 6': true,
      '! -p tcp': false,
      '-p udp': false,
      '! -p udp': true,
      '-p all': true,
      '-p 0': true,
    });
    assertMatches(view(ping('1.1.1.1', '2.2.2.2')), { '-p icmp': true, '-p tcp': false });
  });

  test('interfaces of the hook; a side that the hook does not have is the empty name', () => {
    assertMatches(view(SYN, { hook: 'FORWARD', in: 'docker0', out: 'flannel0' }), {
      '-i docker0': true,
      '-o flannel0': true,
      '-i docker0 ! -o docker0': true,
      '! -i docker0': false,
      '-i docker+': true,
      '-i docker1+': false,
      '-i +': true,
      '-i docker': false,
    });
    assertMatches(view(SYN, { hook: 'OUTPUT', in: undefined, out: 'eth0' }), {
      '! -i docker0': true,
      '-i +': true,
      '-i eth0': false,
      '-i eth+': false,
    });
  });

  test('"+" stands for any end of a name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9.]{0,6}$/), fc.stringMatching(/^[a-z0-9.]{0,6}$/), (start, rest) => {
        assert.ok(matchesInterface(`${start}+`, start + rest));
        assert.ok(matchesInterface(start, start));
        assert.equal(matchesInterface(start, start + rest), rest === '');
        assert.equal(matchesInterface(`x${start}+`, `y${rest}`), false);
      }),
    );
  });

  test('fragments: the packets of a trace are whole', () => {
    assertMatches(view(SYN), { '-f': false, '! -f': true });
  });

  test('the family, which is that of the rules', () => {
    assertMatches(view(SYN), { '-4': true, '-6': false });
    assertMatches(view(udp('[fd00::1]:1', '[fd00::2]:53')), { '-4': false, '-6': true });
  });

  test('counters within the rule test nothing', () => {
    assertMatches(view(SYN), { '-c 5 300 -p tcp': true });
  });

  test('what cannot be read is not known', () => {
    for (const body of [
      '-s nosuch.host',
      '-p nosuch',
      '-m nosuch --alpha',
      '-m statistic --mode dice',
      '-s fd00::/200',
    ]) {
      const answer = matches(body, view(SYN));
      assert.ok(typeof answer === 'object' && answer.kind === 'unknown', body);
      assert.equal(answer.code, 'match-not-simulated');
    }
  });

  test('a rule without conditions matches all', () => {
    assert.deepEqual(rule('-j ACCEPT').meaning.conditions, []);
  });
});
