import { suite, test } from 'node:test';
import { ping, tcp, view } from '../../../support/packets';
import { assertMatches } from '../../../support/rules';

const REQUEST = view(ping('1.1.1.1', '2.2.2.2'));
const UNREACHABLE = view(ping('1.1.1.1', '2.2.2.2', { icmp: { type: 3, code: 4 } }));

suite('-m icmp', () => {
  test('types by number and by name', () => {
    assertMatches(REQUEST, {
      '-p icmp -m icmp --icmp-type 8': true,
      '-p icmp -m icmp --icmp-type echo-request': true,
      '-p icmp -m icmp --icmp-type ping': true,
      '-p icmp -m icmp ! --icmp-type 8': false,
      '-p icmp -m icmp --icmp-type 0': false,
      '-p icmp -m icmp --icmp-type echo-reply': false,
      '-p icmp -m icmp ! --icmp-type echo-reply': true,
    });
  });

  test('a code where one is given, else any code', () => {
    assertMatches(UNREACHABLE, {
      '-p icmp -m icmp --icmp-type 3/4': true,
      '-p icmp -m icmp --icmp-type fragmentation-needed': true,
      '-p icmp -m icmp --icmp-type 3/3': false,
      '-p icmp -m icmp --icmp-type port-unreachable': false,
      '-p icmp -m icmp --icmp-type 3': true,
      '-p icmp -m icmp --icmp-type destination-unreachable': true,
    });
    assertMatches(REQUEST, { '-p icmp -m icmp --icmp-type 8/0': true, '-p icmp -m icmp --icmp-type 8/1': false });
  });

  test('names of every age', () => {
    const redirect = view(ping('1.1.1.1', '2.2.2.2', { icmp: { type: 5, code: 3 } }));
    assertMatches(redirect, {
      '-p icmp -m icmp --icmp-type TOS-host-redirect': true,
      '-p icmp -m icmp --icmp-type host-redirect': false,
      '-p icmp -m icmp --icmp-type redirect': true,
      '-p icmp -m icmp --icmp-type info-request': false,
    });
  });

  test('255 is any', () => {
    assertMatches(REQUEST, { '-p icmp -m icmp --icmp-type any': true, '-p icmp -m icmp --icmp-type 255': true });
  });

  test('packets of another protocol never match', () => {
    assertMatches(view(tcp('1.1.1.1:1', '2.2.2.2:2')), {
      '-m icmp --icmp-type any': false,
      '-m icmp ! --icmp-type 8': false,
    });
  });
});

suite('-m icmp6', () => {
  test('types by number and by name, and no "any"', () => {
    assertMatches(view(ping('fd00::1', 'fd00::2')), {
      '-p ipv6-icmp -m icmp6 --icmpv6-type 128': true,
      '-p ipv6-icmp -m icmp6 --icmpv6-type echo-request': true,
      '-p ipv6-icmp -m icmp6 ! --icmpv6-type 128': false,
      '-p ipv6-icmp -m icmp6 --icmpv6-type 255': false,
      '-p ipv6-icmp -m icmp6 --icmpv6-type neighbour-solicitation': false,
    });
    assertMatches(view(ping('fd00::1', 'fd00::2', { icmp: { type: 1, code: 4 } })), {
      '-p ipv6-icmp -m icmp6 --icmpv6-type 1/4': true,
      '-p ipv6-icmp -m icmp6 --icmpv6-type port-unreachable': true,
      '-p ipv6-icmp -m icmp6 --icmpv6-type no-route': false,
    });
    assertMatches(view(ping('fe80::1', 'ff02::1', { icmp: { type: 130, code: 0 } })), {
      '-p ipv6-icmp -m icmp6 --icmpv6-type mld-listener-query': true,
      '-p ipv6-icmp -m icmp6 --icmpv6-type 131': false,
    });
  });

  test('of IPv4 is nothing', () => {
    assertMatches(REQUEST, { '-m icmp6 --icmpv6-type 8': false });
  });
});
