import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Tracking } from '../../../../src/core/netfilter/tracking';
import { connection, ip, tcp, tracked, udp, view } from '../../../support/packets';
import { assertMatches, matches } from '../../../support/rules';

const SYN = tcp('192.168.1.12:50712', '10.0.0.103:80');
/** The connection of the founding case: its destination was rewritten, and so a reply looks as if the pod sent it. */
const translated = connection(SYN, {
  reply: { src: ip('10.1.63.3'), dst: ip('192.168.1.12'), proto: 6, sport: 80, dport: 50712 },
  nat: { destination: true, source: false },
});
const SYN_ACK = tcp('10.1.63.3:80', '192.168.1.12:50712', { flags: 18 });

function seen(tracking: Tracking): ReturnType<typeof view> {
  return view(SYN, { tracking });
}

suite('--ctstate', () => {
  test('is the state of the packet, one of a list', () => {
    assertMatches(seen(tracked('NEW', connection(SYN))), {
      '-m conntrack --ctstate NEW': true,
      '-m conntrack --ctstate new': true,
      '-m conntrack --ctstate INVALID,NEW': true,
      '-m conntrack ! --ctstate NEW': false,
      '-m conntrack --ctstate RELATED,ESTABLISHED': false,
      '-m conntrack ! --ctstate RELATED,ESTABLISHED': true,
      '-m state --state NEW,UNTRACKED': true,
      '-m state ! --state NEW': false,
    });
    assertMatches(seen(tracked('RELATED', connection(SYN))), {
      '-m conntrack --ctstate RELATED': true,
      '-m conntrack --ctstate NEW': false,
    });
  });

  test('of a packet without a connection is INVALID or UNTRACKED', () => {
    assertMatches(seen({ state: 'INVALID' }), {
      '-m conntrack --ctstate INVALID': true,
      '-m conntrack --ctstate UNTRACKED': false,
      '-m conntrack ! --ctstate NEW': true,
    });
    assertMatches(seen({ state: 'UNTRACKED' }), {
      '-m conntrack --ctstate UNTRACKED': true,
      '-m conntrack --ctstate INVALID': false,
    });
  });

  test('SNAT and DNAT are true of every packet of a translated connection, in both directions', () => {
    for (const tracking of [tracked('NEW', translated), tracked('ESTABLISHED', translated, 'reply')])
      assertMatches(seen(tracking), {
        '-m conntrack --ctstate DNAT': true,
        '-m conntrack ! --ctstate DNAT': false,
        '-m conntrack --ctstate SNAT': false,
        '-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT': false,
      });
    assertMatches(seen(tracked('NEW', connection(SYN, { nat: { destination: false, source: true } }))), {
      '-m conntrack --ctstate SNAT': true,
      '-m conntrack --ctstate DNAT': false,
    });
  });
});

suite('-m conntrack, of the entry', () => {
  test('original addresses and ports are those before NAT, reply ones those after', () => {
    for (const tracking of [tracked('NEW', translated), tracked('ESTABLISHED', translated, 'reply')])
      assertMatches(view(SYN_ACK, { tracking }), {
        '-m conntrack --ctorigdst 10.0.0.103/32': true,
        '-m conntrack --ctorigdst 10.0.0.0/24': true,
        '-m conntrack ! --ctorigdst 10.0.0.0/24': false,
        '-m conntrack --ctorigdst 10.1.63.3': false,
        '-m conntrack --ctorigsrc 192.168.1.12': true,
        '-m conntrack --ctreplsrc 10.1.63.3': true,
        '-m conntrack --ctreplsrc 10.0.0.103': false,
        '-m conntrack --ctrepldst 192.168.1.0/24': true,
        '-m conntrack --ctorigdstport 80': true,
        '-m conntrack --ctorigdstport 80:90': true,
        '-m conntrack ! --ctorigdstport 80': false,
        '-m conntrack --ctorigsrcport 50712': true,
        '-m conntrack --ctreplsrcport 80': true,
        '-m conntrack --ctrepldstport 50712': true,
        '-m conntrack --ctrepldstport 80': false,
        '-m conntrack --ctproto 6': true,
        '-m conntrack --ctproto tcp': true,
        '-m conntrack ! --ctproto udp': true,
      });
  });

  test('the direction of the packet', () => {
    assertMatches(seen(tracked('NEW', translated)), {
      '-m conntrack --ctdir ORIGINAL': true,
      '-m conntrack --ctdir REPLY': false,
    });
    assertMatches(seen(tracked('ESTABLISHED', translated, 'reply')), {
      '-m conntrack --ctdir REPLY': true,
      '-m conntrack ! --ctdir REPLY': false,
    });
  });

  test('status bits; NONE is no bit at all, so it never matches', () => {
    const answered = connection(SYN, { seenReply: true, confirmed: true });
    assertMatches(seen(tracked('ESTABLISHED', answered)), {
      '-m conntrack --ctstatus SEEN_REPLY': true,
      '-m conntrack --ctstatus ASSURED': false,
      '-m conntrack --ctstatus ASSURED,CONFIRMED': true,
      '-m conntrack ! --ctstatus CONFIRMED': false,
      '-m conntrack --ctstatus EXPECTED': false,
      '-m conntrack --ctstatus NONE': false,
      '-m conntrack ! --ctstatus NONE': true,
    });
  });

  test('the lifetime is not known', () => {
    for (const inverted of [false, true]) {
      const answer = matches(`-m conntrack ${inverted ? '! ' : ''}--ctexpire 10:20`, seen(tracked('NEW', translated)));
      assert.ok(typeof answer === 'object' && answer.kind === 'unknown');
      assert.equal(answer.inverted === true, inverted);
    }
  });

  test('without an entry only the state is compared: all the rest is as if it were not there', () => {
    assertMatches(seen({ state: 'INVALID' }), {
      '-m conntrack --ctstate INVALID --ctorigdst 1.2.3.4': true,
      '-m conntrack --ctorigdst 10.0.0.103': false,
      '-m conntrack ! --ctorigdst 10.0.0.103': false,
      '-m conntrack --ctdir ORIGINAL': false,
    });
  });

  test('a state or status that there is not cannot be read', () => {
    for (const body of [
      '-m conntrack --ctstate NOSUCH',
      '-m conntrack --ctproto nosuch',
      '-m conntrack --ctorigdst nosuch',
      '-m conntrack --ctstatus NOSUCH',
    ]) {
      const answer = matches(body, seen(tracked('NEW', connection(SYN))));
      assert.ok(typeof answer === 'object' && answer.kind === 'unknown', body);
    }
  });
});

suite('-m connmark', () => {
  test('is the mark of the connection, under a mask', () => {
    const marked = tracked('NEW', connection(udp('1.1.1.1:1', '2.2.2.2:53'), { mark: 0x24000 }));
    assertMatches(view(udp('1.1.1.1:1', '2.2.2.2:53', { mark: 7 }), { tracking: marked }), {
      '-m connmark --mark 0x24000': true,
      '-m connmark --mark 0x4000/0x4000': true,
      '-m connmark ! --mark 0x4000/0x4000': false,
      '-m connmark --mark 7': false,
    });
  });

  test('of a packet without a connection does not match, inverted or not', () => {
    assertMatches(view(SYN, { tracking: { state: 'UNTRACKED' } }), {
      '-m connmark --mark 0': false,
      '-m connmark ! --mark 1': false,
    });
  });
});
