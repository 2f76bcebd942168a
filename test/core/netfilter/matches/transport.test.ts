import { suite, test } from 'node:test';
import assert from 'node:assert/strict';
import { FLAG, type Packet } from '../../../../src/core/net/packet';
import { DCCP, SCTP, UDPLITE } from '../../../../src/core/net/protocol';
import { ping, tcp, udp, view } from '../../../support/packets';
import { assertMatches, matches } from '../../../support/rules';

const SYN = tcp('10.1.9.7:50712', '10.0.0.103:80');

suite('-m tcp', () => {
  test('ports, single and in ranges with both ends inside', () => {
    assertMatches(view(SYN), {
      '-p tcp -m tcp --dport 80': true,
      '-p tcp -m tcp --dport http': true,
      '-p tcp -m tcp ! --dport 80': false,
      '-p tcp -m tcp --dport 80:90': true,
      '-p tcp -m tcp --dport 70:80': true,
      '-p tcp -m tcp --dport 81:90': false,
      '-p tcp -m tcp --dport :80': true,
      '-p tcp -m tcp --dport 81:': false,
      '-p tcp -m tcp --sport 50712': true,
      '-p tcp -m tcp --source-port 32768:60999': true,
      '-p tcp -m tcp ! --destination-port 22': true,
      '-p tcp -m tcp --sport 80': false,
      '-p tcp -m tcp --dport 80 --sport 1': false,
    });
  });

  test('flags: of those in the first list, just those in the second are set', () => {
    const ack = { flags: FLAG.ACK };
    assertMatches(view(SYN), {
      '-p tcp -m tcp --syn': true,
      '-p tcp -m tcp ! --syn': false,
      '-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN': true,
      '-p tcp -m tcp --tcp-flags SYN,ACK SYN,ACK': false,
      '-p tcp -m tcp --tcp-flags ALL NONE': false,
      '-p tcp -m tcp --tcp-flags FIN,SYN FIN,SYN': false,
    });
    assertMatches(view(tcp('1.1.1.1:1', '2.2.2.2:2', ack)), {
      '-p tcp -m tcp --syn': false,
      '-p tcp -m tcp ! --syn': true,
      '-p tcp -m tcp --tcp-flags SYN,ACK ACK': true,
    });
    const synAck = view(tcp('1.1.1.1:1', '2.2.2.2:2', { flags: FLAG.SYN | FLAG.ACK }));
    assertMatches(synAck, { '-p tcp -m tcp --syn': false, '-p tcp -m tcp --tcp-flags SYN,ACK SYN,ACK': true });
    assertMatches(view(tcp('1.1.1.1:1', '2.2.2.2:2', { flags: 0 })), { '-p tcp -m tcp --tcp-flags ALL NONE': true });
  });

  test('TCP options are not simulated: not known, inverted or not', () => {
    for (const inverted of [false, true]) {
      const answer = matches(`-p tcp -m tcp ${inverted ? '! ' : ''}--tcp-option 8`, view(SYN));
      assert.ok(typeof answer === 'object' && answer.kind === 'unknown');
      assert.equal(answer.inverted === true, inverted);
    }
  });

  test('matches packets of its protocol only, even inverted', () => {
    assertMatches(view(udp('1.1.1.1:80', '2.2.2.2:53')), {
      '-m tcp ! --dport 80': false,
      '-m udp --dport 53': true,
      '-m udp ! --dport 53': false,
    });
  });
});

suite('-m udp, sctp, dccp', () => {
  const seen = (proto: number): Packet => ({ ...udp('1.1.1.1:1000', '2.2.2.2:53'), proto });

  test('ports of their own protocol', () => {
    assertMatches(view(seen(UDPLITE)), { '-p udplite -m udp --dport 53': true });
    assertMatches(view(seen(SCTP)), {
      '-p sctp -m sctp --dport 53': true,
      '-p sctp -m sctp ! --dport 53': false,
      '-m udp --dport 53': false,
    });
    assertMatches(view(seen(DCCP)), { '-p dccp -m dccp --sport 1000:1001': true, '-m sctp --sport 1000': false });
  });
});

suite('-m multiport', () => {
  test('any of its ports and ranges', () => {
    assertMatches(view(SYN), {
      '-p tcp -m multiport --dports 22,80,443': true,
      '-p tcp -m multiport ! --dports 22,80,443': false,
      '-p tcp -m multiport --dports 22,79:81': true,
      '-p tcp -m multiport --dports 22,443': false,
      '-p tcp -m multiport ! --dports 22,443': true,
      '-p tcp -m multiport --sports 80': false,
      '-p tcp -m multiport --source-ports 50000:51000': true,
      '-p tcp -m multiport --ports 80': true,
      '-p tcp -m multiport --ports 50712': true,
      '-p tcp -m multiport ! --ports 80': false,
      '-p tcp -m multiport --destination-ports http,https': true,
    });
  });

  test('does not match packets without ports, inverted or not', () => {
    assertMatches(view(ping('1.1.1.1', '2.2.2.2')), {
      '-m multiport --dports 80': false,
      '-m multiport ! --dports 80': false,
    });
  });
});
