import { suite, test } from 'node:test';
import assert from 'node:assert/strict';
import { tcp, view } from '../../../support/packets';
import { assertMatches, matches, rule } from '../../../support/rules';

const seen = view(tcp('192.168.1.12:1', '10.1.9.255:80'), {
  types: { '192.168.1.12': 'LOCAL', '10.1.9.255': 'BROADCAST' },
});

suite('-m addrtype', () => {
  test('is what the local table says of the source or the destination', () => {
    assertMatches(seen, {
      '-m addrtype --src-type LOCAL': true,
      '-m addrtype ! --src-type LOCAL': false,
      '-m addrtype --dst-type LOCAL': false,
      '-m addrtype --dst-type BROADCAST': true,
      '-m addrtype --dst-type MULTICAST,BROADCAST': true,
      '-m addrtype --dst-type UNICAST': false,
      '-m addrtype ! --dst-type UNICAST': true,
      '-m addrtype --src-type LOCAL --dst-type BROADCAST': true,
      '-m addrtype --src-type LOCAL ! --dst-type BROADCAST': false,
    });
  });

  test('an address elsewhere is UNICAST, and one of our own is not', () => {
    assertMatches(view(tcp('8.8.8.8:1', '192.168.1.12:80'), { types: { '192.168.1.12': 'LOCAL' } }), {
      '-m addrtype --src-type UNICAST': true,
      '-m addrtype --dst-type UNICAST': false,
    });
  });

  test('may count only addresses of the incoming or the outgoing interface', () => {
    const asked: (string | undefined)[] = [];
    const watching = view(tcp('1.1.1.1:1', '2.2.2.2:2'), {
      in: 'eth0',
      out: 'docker0',
      addressType: (_, device) => {
        asked.push(device);
        return 'LOCAL';
      },
    });
    for (const options of ['', ' --limit-iface-in', ' --limit-iface-out'])
      assert.equal(matches(`-m addrtype --dst-type LOCAL${options}`, watching), true);
    assert.deepEqual(asked, [undefined, 'eth0', 'docker0']);
  });

  test('is open where the routes are not known', () => {
    const unknown = { kind: 'unknown', code: 'addresses-unknown', subject: 'x', text: 'the address is local' } as const;
    const open = view(tcp('1.1.1.1:1', '2.2.2.2:2'), { addressType: () => unknown });
    assert.deepEqual(matches('-m addrtype --dst-type LOCAL', open), unknown);
    assert.deepEqual(matches('-m addrtype ! --dst-type LOCAL', open), { ...unknown, inverted: true });
    assert.deepEqual(
      matches('-m addrtype --dst-type UNICAST', open),
      { ...unknown, inverted: true },
      'what is not local is elsewhere',
    );
    assert.equal(matches('-m addrtype --dst-type LOCAL,UNICAST', open), true, 'one of the two it is');
    assert.equal(matches('-m addrtype ! --dst-type MULTICAST', open), true);
  });

  test('of a type that there is not cannot be read', () => {
    assert.equal(rule('-m addrtype --dst-type NOSUCH').meaning.conditions.length, 1);
    const answer = matches('-m addrtype --dst-type NOSUCH', seen);
    assert.ok(typeof answer === 'object' && answer.kind === 'unknown');
  });
});
