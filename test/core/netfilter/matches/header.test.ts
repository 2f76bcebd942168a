import { suite, test } from 'node:test';
import { tcp, udp, view } from '../../../support/packets';
import { assertMatches } from '../../../support/rules';

suite('-m length', () => {
  test('is of the whole IP packet, both ends inside', () => {
    assertMatches(view(tcp('1.1.1.1:1', '2.2.2.2:2', { length: 60 })), {
      '-m length --length 60': true,
      '-m length --length 0:59': false,
      '-m length --length 60:1500': true,
      '-m length --length 61:': false,
      '-m length --length :60': true,
      '-m length ! --length 60': false,
      '-m length ! --length 0:59': true,
    });
  });
});

suite('-m ttl and -m hl', () => {
  test('equal, below, above', () => {
    assertMatches(view(tcp('1.1.1.1:1', '2.2.2.2:2', { ttl: 63 })), {
      '-m ttl --ttl-eq 63': true,
      '-m ttl --ttl 63': true,
      '-m ttl ! --ttl-eq 63': false,
      '-m ttl --ttl-lt 64': true,
      '-m ttl --ttl-lt 63': false,
      '-m ttl --ttl-gt 62': true,
      '-m ttl --ttl-gt 63': false,
    });
    assertMatches(view(udp('[fd00::1]:1', '[fd00::2]:2', { ttl: 255 })), {
      '-m hl --hl-eq 255': true,
      '-m hl --hl-lt 255': false,
      '-m hl --hl-gt 254': true,
    });
  });
});

suite('-m dscp and -m tos', () => {
  const expedited = view(tcp('1.1.1.1:1', '2.2.2.2:2', { dscp: 46 }));

  test('by number and by class (RFC 2474, 2597, 3246)', () => {
    assertMatches(expedited, {
      '-m dscp --dscp 0x2e': true,
      '-m dscp --dscp 46': true,
      '-m dscp --dscp-class EF': true,
      '-m dscp ! --dscp-class ef': false,
      '-m dscp --dscp-class CS5': false,
      '-m dscp --dscp 0x00': false,
    });
    assertMatches(view(tcp('1.1.1.1:1', '2.2.2.2:2', { dscp: 26 })), {
      '-m dscp --dscp-class AF31': true,
      '-m dscp --dscp-class AF32': false,
    });
    assertMatches(view(tcp('1.1.1.1:1', '2.2.2.2:2', { dscp: 40 })), { '-m dscp --dscp-class CS5': true });
    assertMatches(view(tcp('1.1.1.1:1', '2.2.2.2:2')), { '-m dscp --dscp-class BE': true });
  });

  test('TOS is the byte with the two bits of ECN, under a mask', () => {
    assertMatches(expedited, {
      '-m tos --tos 0xb8/0xff': true,
      '-m tos --tos 0xb8': true,
      '-m tos --tos 0x18/0x3f': false,
      '-m tos --tos 0x38/0x3f': true,
      '-m tos ! --tos 0xb8/0xff': false,
    });
    // iptables 1.8.9 saves "Minimize-Delay" as 0x10/0x3f.
    assertMatches(view(tcp('1.1.1.1:1', '2.2.2.2:2', { dscp: 4 })), {
      '-m tos --tos Minimize-Delay': true,
      '-m tos --tos Normal-Service': false,
    });
  });
});
