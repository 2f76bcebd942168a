import { suite, test } from 'node:test';
import assert from 'node:assert/strict';
import { setContains, readIpSets } from '../../../../src/core/netfilter/ipset';
import { tcp, view } from '../../../support/packets';
import { assertMatches, matches } from '../../../support/rules';

/** A reply to a port that MASQUERADE has drawn from 1024–65535, for which 1024 is shown. */
const reply = tcp('10.1.9.7:80', '10.1.9.1:1024');
const drawnFrom = (port: number): { from: number; to: number } | undefined =>
  port === 1024 ? { from: 1024, to: 65535 } : undefined;

suite('a port that NAT draws', () => {
  test('is in a range that holds all it is drawn from, and not in one that holds none', () => {
    assertMatches(view(reply, { drawnFrom }), {
      '-p tcp -m tcp --dport 1024:65535': true,
      '-p tcp -m tcp ! --dport 1024:65535': false,
      '-p tcp -m tcp --dport 1:1023': false,
      '-p tcp -m multiport --dports 22,1024:': true,
      '-p tcp -m multiport --ports 80,443': true,
      '-p tcp -m tcp --sport 80': true,
    });
  });

  test('is taken to be no port that a rule names alone, nor the one that is shown', () => {
    assertMatches(view(reply, { drawnFrom }), {
      '-p tcp -m tcp --dport 1024': false,
      '-p tcp -m tcp --dport 30080': false,
      '-p tcp -m tcp ! --dport 30080': true,
    });
  });

  test('may be in a range that holds some of them', () => {
    const bodies = [
      '-p tcp -m tcp --dport 30000:32767',
      '-p tcp -m tcp ! --dport 30000:32767',
      '-p tcp -m multiport --ports 22,30000:32767',
      '-p tcp -m conntrack --ctorigdstport 30000:32767',
    ];
    for (const body of bodies) {
      const answer = matches(body, view(reply, { drawnFrom }));
      assert.ok(typeof answer === 'object' && answer.kind === 'unknown', body);
      assert.equal(answer.inverted === true, body.includes('!'), body);
      assert.match(answer.text, /30000–32767/);
    }
  });

  test('leaves open whether a set holds it', () => {
    const { sets } = readIpSets('create s bitmap:port range 0-65535\nadd s 30000-32767\n');
    assert.equal(setContains(sets, 's', ['dst'], { packet: reply, in: 'eth0', out: undefined, drawnFrom }), undefined);
    assert.equal(setContains(sets, 's', ['src'], { packet: reply, in: 'eth0', out: undefined, drawnFrom }), false);
  });
});
