import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tcp, view } from '../../../support/packets';
import { assertMatches, matches } from '../../../support/rules';

const SYN = tcp('10.1.9.7:50712', '10.0.0.103:80');

suite('-m physdev', () => {
  test('is about the ports of a bridged packet', () => {
    const bridged = view(SYN, {
      hook: 'FORWARD',
      in: 'cni0',
      out: 'cni0',
      physIn: 'veth1',
      physOut: 'veth2',
      bridged: true,
    });
    assertMatches(bridged, {
      '-m physdev --physdev-in veth1': true,
      '-m physdev --physdev-in veth+': true,
      '-m physdev --physdev-in cni0': false,
      '-m physdev ! --physdev-in veth1': false,
      '-m physdev ! --physdev-in veth9': true,
      '-m physdev --physdev-out veth2': true,
      '-m physdev ! --physdev-out veth2': false,
      '-m physdev --physdev-in veth1 --physdev-out veth2': true,
      '-m physdev --physdev-is-in': true,
      '-m physdev --physdev-is-out': true,
      '-m physdev --physdev-is-bridged': true,
      '-m physdev ! --physdev-is-bridged': false,
    });
  });

  test('a packet that came through no bridge matches only what is inverted', () => {
    assertMatches(view(SYN), {
      '-m physdev --physdev-is-in': false,
      '-m physdev ! --physdev-is-in': true,
      '-m physdev ! --physdev-is-out': true,
      '-m physdev ! --physdev-is-bridged': true,
      '-m physdev --physdev-in eth0': false,
      '-m physdev ! --physdev-in eth0': true,
      '-m physdev --physdev-in +': false,
      '-m physdev ! --physdev-out eth1': true,
    });
  });
});

suite('-m mac', () => {
  test('is not known where the snapshot does not show who sends the frame', () => {
    const answer = matches('-m mac --mac-source 02:42:0A:01:61:05', view(SYN));
    assert.ok(typeof answer === 'object' && answer.kind === 'unknown');
    const inverted = matches('-m mac ! --mac-source 02:42:0A:01:61:05', view(SYN));
    assert.ok(typeof inverted === 'object' && inverted.kind === 'unknown' && inverted.inverted === true);
    assert.equal(inverted.subject, answer.subject, 'one fact, asked in two ways');
  });

  test('is compared with the interface of who sends the frame', () => {
    assertMatches(view(SYN, { macSource: '02:42:0a:01:61:05' }), {
      '-m mac --mac-source 02:42:0A:01:61:05': true,
      '-m mac ! --mac-source 02:42:0A:01:61:05': false,
      '-m mac --mac-source 02:42:0A:01:61:06': false,
    });
  });

  test('does not match what came in no frame, inverted or not', () => {
    assertMatches(view(SYN, { macSource: null }), {
      '-m mac --mac-source 02:42:0A:01:61:05': false,
      '-m mac ! --mac-source 02:42:0A:01:61:05': false,
    });
  });
});

suite('-m pkttype', () => {
  test('a traced packet is sent to one receiver', () => {
    assertMatches(view(SYN), {
      '-m pkttype --pkt-type unicast': true,
      '-m pkttype --pkt-type broadcast': false,
      '-m pkttype ! --pkt-type multicast': true,
      '-m pkttype ! --pkt-type unicast': false,
    });
  });
});
