import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tcp, view } from '../../../support/packets';
import { assertMatches, matches } from '../../../support/rules';

const SYN = tcp('10.1.9.7:50712', '10.0.0.103:80');
const UNKNOWN = { kind: 'unknown', code: 'c', subject: 's', text: 't' } as const;

suite('-m iprange', () => {
  test('both ends are inside', () => {
    assertMatches(view(SYN), {
      '-m iprange --src-range 10.1.9.7-10.1.9.9': true,
      '-m iprange --src-range 10.1.9.1-10.1.9.7': true,
      '-m iprange --src-range 10.1.9.8-10.1.9.9': false,
      '-m iprange ! --src-range 10.1.9.8-10.1.9.9': true,
      '-m iprange --src-range 10.1.9.7': true,
      '-m iprange --dst-range 10.0.0.0-10.0.0.255': true,
      '-m iprange ! --dst-range 10.0.0.0-10.0.0.255': false,
      '-m iprange --src-range 10.1.9.7-10.1.9.7 --dst-range 10.0.0.104-10.0.0.105': false,
    });
  });
});

suite('-m set', () => {
  test('is what the set says, inverted where asked', () => {
    assertMatches(view(SYN, { sets: true }), {
      '-m set --match-set x src': true,
      '-m set ! --match-set x src': false,
      '-m set --set x src': true,
    });
    assertMatches(view(SYN, { sets: false }), {
      '-m set --match-set x src,dst': false,
      '-m set ! --match-set x src,dst': true,
    });
  });

  test('asks for the set by name, with its directions', () => {
    const asked: string[] = [];
    const watching = view(SYN, {
      inSet: (name, directions) => {
        asked.push(`${name} ${directions.join('/')}`);
        return true;
      },
    });
    assert.equal(matches('-m set --match-set KUBE-LOOP-BACK dst,dst,src', watching), true);
    assert.deepEqual(asked, ['KUBE-LOOP-BACK dst/dst/src']);
  });

  test('a set whose members are not known leaves it open', () => {
    assert.deepEqual(matches('-m set --match-set x src', view(SYN, { sets: UNKNOWN })), UNKNOWN);
    assert.deepEqual(matches('-m set ! --match-set x src', view(SYN, { sets: UNKNOWN })), {
      ...UNKNOWN,
      inverted: true,
    });
  });

  test('its counters are not simulated', () => {
    const answer = matches('-m set --match-set x src --packets-gt 5', view(SYN, { sets: true }));
    assert.ok(typeof answer === 'object' && answer.kind === 'unknown');
  });

  test("a set's counters are unknown for each set and number; whether to count them is no condition", () => {
    const asked = (rule: string): unknown => matches(`-m set ${rule}`, view(SYN, { sets: true }));
    assert.deepEqual(asked('--match-set x src ! --packets-gt 5'), {
      kind: 'unknown',
      code: 'match-not-simulated',
      subject: 'set x --packets-gt 5',
      text: 'the counters of set x satisfy --packets-gt 5',
      inverted: true,
    });
    assert.equal(asked('--match-set x src ! --update-counters ! --update-subcounters'), true);
  });
});

suite('-m owner', () => {
  test('a forwarded packet has no owner', () => {
    assertMatches(view(SYN), {
      '-m owner --uid-owner 0': false,
      '-m owner ! --uid-owner 0': true,
      '-m owner --socket-exists': false,
      '-m owner ! --socket-exists': true,
      '-m owner --uid-owner 0 ! --gid-owner 5': false,
    });
  });

  test('who owns the socket of a local packet is not known, and one fact whichever way it is asked', () => {
    const local = view(SYN, { socket: 'program' });
    const yes = matches('-m owner --uid-owner 1337', local);
    const no = matches('-m owner ! --uid-owner 1337', local);
    assert.ok(typeof yes === 'object' && yes.kind === 'unknown' && yes.inverted !== true);
    assert.ok(typeof no === 'object' && no.kind === 'unknown' && no.inverted === true);
    assert.equal(yes.subject, no.subject);
    assert.equal(matches('-m owner --socket-exists', local), true);
    const other = matches('-m owner --gid-owner 1337', local);
    assert.ok(typeof other === 'object' && other.kind === 'unknown' && other.subject !== yes.subject);
  });
});

suite('-m rpfilter', () => {
  test('matches where the way back is good, with --invert where it is not', () => {
    assertMatches(view(SYN, { reversePathGood: true }), { '-m rpfilter': true, '-m rpfilter --invert': false });
    assertMatches(view(SYN, { reversePathGood: false }), {
      '-m rpfilter --loose': false,
      '-m rpfilter --validmark --invert': true,
    });
    assert.deepEqual(matches('-m rpfilter --invert', view(SYN, { reversePathGood: UNKNOWN })), {
      ...UNKNOWN,
      inverted: true,
    });
  });

  test('passes its options on', () => {
    const asked: object[] = [];
    const watching = view(SYN, {
      reversePath: (check) => {
        asked.push(check);
        return true;
      },
    });
    for (const options of ['', ' --loose', ' --validmark --accept-local']) matches(`-m rpfilter${options}`, watching);
    assert.deepEqual(asked, [
      { loose: false, useMark: false, acceptLocal: false },
      { loose: true, useMark: false, acceptLocal: false },
      { loose: false, useMark: true, acceptLocal: true },
    ]);
  });
});

suite('matches that say nothing about the packet', () => {
  test('-m comment and -m nfacct', () => {
    assertMatches(view(SYN), { '-m comment --comment "! -s 10.1.9.7"': true, '-m nfacct --nfacct-name x': true });
  });
});

suite('what is taken for granted of a traced packet', () => {
  test('-m policy: it is outside of IPsec', () => {
    for (const [body, value] of [
      ['-m policy --dir in --pol ipsec', false],
      ['-m policy --dir in --pol none', true],
      ['-m policy --dir out --pol ipsec --proto esp --mode tunnel', false],
    ] as const) {
      const answer = matches(body, view(SYN));
      assert.ok(typeof answer === 'object' && answer.kind === 'assumed', body);
      assert.equal(answer.value, value, body);
    }
  });

  test('-m helper: none is attached', () => {
    const answer = matches('-m helper --helper ftp', view(SYN));
    assert.ok(typeof answer === 'object' && answer.kind === 'assumed' && !answer.value);
    const inverted = matches('-m helper ! --helper ftp', view(SYN));
    assert.ok(typeof inverted === 'object' && inverted.kind === 'assumed' && inverted.value);
  });
});

suite('what is not known of a traced packet', () => {
  test('-m socket, and matches that are not simulated at all', () => {
    for (const body of [
      '-m socket --transparent',
      '-m time --timestart 08:00:00',
      '-m string --string x --algo bm',
      '-m u32 --u32 0',
      '-m bpf --bytecode x',
    ]) {
      const answer = matches(body, view(SYN));
      assert.ok(typeof answer === 'object' && answer.kind === 'unknown', body);
    }
  });

  test('equal texts are one question, others are others', () => {
    const subject = (body: string): string => {
      const answer = matches(body, view(SYN));
      assert.ok(typeof answer === 'object' && answer.kind === 'unknown', body);
      return answer.subject;
    };
    assert.equal(subject('-m time --timestart 08:00:00'), subject('-p tcp -m time --timestart 08:00:00'));
    assert.notEqual(subject('-m time --timestart 08:00:00'), subject('-m time --timestart 09:00:00'));
  });
});

suite('headers that a packet has not', () => {
  test('match nothing, however they are asked for', () => {
    for (const text of [
      '-m rt --rt-type 0',
      '-m rt ! --rt-type 0',
      '-m hbh',
      '-m dst ! --dst-len 8',
      '-m frag --fragid 1',
    ])
      assertMatches(view(SYN), { [text]: false });
  });
});
