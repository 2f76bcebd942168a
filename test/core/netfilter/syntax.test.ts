import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type ModuleUse, type OptionUse, readRuleSyntax } from '../../../src/core/netfilter/syntax';
import { splitWords } from '../../../src/core/netfilter/words';
import { hostileText } from '../../support/arbitrary';

/** `! --dport 80`, by its long name. */
function written({ flag, negated, values }: OptionUse): string {
  return [...(negated ? ['!'] : []), flag, ...values.map((value) => value.text)].join(' ');
}

function module({ module: name, options }: ModuleUse): string {
  return [name, ...options.map(written)].join(' ');
}

/** What a rule was understood as: its own options, its matches, its target. */
function understood(rule: string): { own: string[]; matches: string[]; target: string | undefined; problem?: string } {
  const { generic, matches, target, problem } = readRuleSyntax(rule, 0);
  return {
    own: generic.map(written),
    matches: matches.map(module),
    target: target && (target.goto ? '[goto] ' : '') + module(target),
    ...(problem !== undefined && { problem }),
  };
}

suite('the syntax of a rule', () => {
  test('its own options, its matches with theirs, its target with its', () => {
    assert.deepEqual(
      understood(
        '! -s 10.1.0.0/16 -d 10.0.0.103/32 -i eth0 ! -o docker0 -p tcp -m tcp --dport 80 -m mark ! --mark 0x1/0x1 -j DNAT --to-destination 10.1.63.3:80 --random',
      ),
      {
        own: [
          '! --source 10.1.0.0/16',
          '--destination 10.0.0.103/32',
          '--in-interface eth0',
          '! --out-interface docker0',
          '--protocol tcp',
        ],
        matches: ['tcp --dport 80', 'mark ! --mark 0x1/0x1'],
        target: 'DNAT --to-destination 10.1.63.3:80 --random',
      },
    );
  });

  test('long, short and joined spellings say the same', () => {
    const expected = understood('-p tcp -s 1.2.3.4 -i eth0 -m tcp --dport 80 -j ACCEPT');
    assert.deepEqual(
      understood('--protocol tcp --source 1.2.3.4 --in-interface eth0 --match tcp --dport 80 --jump ACCEPT'),
      expected,
    );
    assert.deepEqual(
      understood('--proto tcp --src 1.2.3.4 --in-interface=eth0 -mtcp --dport=80 --jump=ACCEPT'),
      expected,
    );
    assert.deepEqual(understood('-ptcp -s1.2.3.4 -ieth0 -mtcp --dport 80 -jACCEPT'), expected);
  });

  test('the old place of "!", behind the option, says the same', () => {
    assert.deepEqual(
      understood('-s ! 10.0.0.0/8 -p tcp --dport ! 22 -j DROP'),
      understood('! -s 10.0.0.0/8 -p tcp ! --dport 22 -j DROP'),
    );
  });

  test('"!" counts for one option only', () => {
    assert.deepEqual(understood('! -s 1.1.1.1 -d 2.2.2.2 -j DROP').own, [
      '! --source 1.1.1.1',
      '--destination 2.2.2.2',
    ]);
  });

  test('-p brings the match of its protocol along, without -m', () => {
    assert.deepEqual(understood('-p tcp --dport 80 --syn -j ACCEPT').matches, ['tcp --dport 80 --syn']);
    assert.deepEqual(understood('-p 17 --sport 53 -j ACCEPT').matches, ['udp --sport 53']);
    assert.deepEqual(understood('-p icmp --icmp-type 8 -j ACCEPT').matches, ['icmp --icmp-type 8']);
    assert.deepEqual(understood('-p ipv6-icmp --icmpv6-type 128 -j ACCEPT').matches, ['icmp6 --icmpv6-type 128']);
  });

  test('a value may look like an option', () => {
    assert.deepEqual(understood('-m comment --comment -j -j ACCEPT'), {
      own: [],
      matches: ['comment --comment -j'],
      target: 'ACCEPT',
    });
    assert.deepEqual(understood('-m comment --comment -p=tcp -j ACCEPT').matches, ['comment --comment -p=tcp']);
    assert.deepEqual(understood('-m comment --comment "! -j DROP" -j ACCEPT').target, 'ACCEPT');
    assert.deepEqual(understood('-m string --algo bm --string "-s" -j DROP').matches, ['string --algo bm --string -s']);
  });

  test('options with two values, and with none', () => {
    assert.deepEqual(understood('-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP').matches, [
      'tcp --tcp-flags FIN,SYN,RST,ACK SYN',
    ]);
    assert.deepEqual(understood('-m set ! --match-set hosts src,dst --return-nomatch -j DROP').matches, [
      'set ! --match-set hosts src,dst --return-nomatch',
    ]);
    assert.deepEqual(understood('-m recent --name x --rcheck --seconds 9 -j DROP').matches, [
      'recent --name x --rcheck --seconds 9',
    ]);
  });

  test('an option goes to the match that has it, and after the target to the target', () => {
    assert.deepEqual(understood('-m mark --mark 1 -m connmark --mark 2').matches, [
      'mark --mark 1',
      'connmark --mark 2',
    ]);
    assert.deepEqual(understood('-m tcp -m comment --comment x --dport 80').matches, [
      'tcp --dport 80',
      'comment --comment x',
    ]);
    assert.equal(
      understood('-j CONNMARK --set-xmark 0x1/0xff -m comment --comment x').target,
      'CONNMARK --set-xmark 0x1/0xff',
    );
  });

  test("a match's own option goes before the rule's of the same name", () => {
    const { own, matches } = understood('-p tcp -m policy --dir out --pol ipsec --proto esp -j ACCEPT');
    assert.deepEqual([own, matches], [['--protocol tcp'], ['policy --dir out --pol ipsec --proto esp']]);
  });

  test('a rule may have no target, and -g goes without coming back', () => {
    assert.equal(understood('-s 10.0.0.1').target, undefined);
    assert.equal(understood('-i eth0 -g SOMEWHERE').target, '[goto] SOMEWHERE');
  });

  test('counters within a rule belong to no match', () => {
    assert.deepEqual(understood('-s 1.1.1.1 -c 5 300 -j DROP').own, ['--source 1.1.1.1', '--set-counters 5 300']);
    assert.deepEqual(understood('-c 5,300 -j DROP'), { own: ['--set-counters 5,300'], matches: [], target: 'DROP' });
  });

  test('what is not known is kept with its values', () => {
    assert.deepEqual(understood('-m nosuch --alpha 1 2 ! --beta -j NOSUCH --gamma x'), {
      own: [],
      matches: ['nosuch --alpha 1 2 ! --beta'],
      target: 'NOSUCH --gamma x',
    });
    assert.deepEqual(understood('-m constructor --x 1 -j __proto__').matches, ['constructor --x 1']);
  });

  test('what is wrong is told', () => {
    const problems: readonly (readonly [string, RegExp])[] = [
      ['-s', /-s lacks its value/],
      ['-m tcp --tcp-flags SYN', /--tcp-flags lacks values/],
      ['stray -j DROP', /"stray" does not belong to any option/],
      ['--nosuch 5 -j DROP', /--nosuch belongs to no match or target/],
      ['-m comment --comment "open', /a quote is not closed/],
    ];
    for (const [rule, message] of problems) assert.match(understood(rule).problem ?? '', message);
  });

  test('every rule that iptables 1.8.9 saved is understood without a problem', () => {
    for (const flavour of ['nft', 'legacy']) {
      const rules = readFileSync(`test/fixtures/save/rich-${flavour}.txt`, 'utf8').match(/^\[0:0\] -A .*$/gm) ?? [];
      assert.equal(rules.length, 34);
      for (const rule of rules)
        assert.equal(readRuleSyntax(rule, '[0:0] -A '.length + rule.slice(9).indexOf(' ')).problem, undefined, rule);
    }
  });

  test('no word is lost: each is an option, a value, a module or "!"', () => {
    const word = fc.constantFrom(
      '-s',
      '-d',
      '-p',
      '-i',
      '-m',
      '-j',
      '-g',
      '!',
      'tcp',
      '--dport',
      '80',
      '--syn',
      'comment',
      '--comment',
      'ACCEPT',
      '--nosuch',
      'x',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 14 }), (words) => {
        const line = words.join(' ');
        const { generic, matches, target, problem } = readRuleSyntax(line, 0);
        if (problem !== undefined) return;
        const options = [...generic, ...matches.flatMap((match) => match.options), ...(target?.options ?? [])];
        const values = options.reduce((sum, use) => sum + 1 + use.values.length, 0);
        const named = splitWords(line).words.filter(({ text }) => ['-m', '-j', '-g'].includes(text)).length * 2;
        const inversions = words.filter((one) => one === '!').length;
        const taken = values + named + inversions;
        // A second target replaces the first, and a protocol brings its match along: those count less or nothing.
        if (words.filter((one) => one === '-j' || one === '-g').length < 2)
          assert.ok(taken >= words.length, `${taken} of ${words.length}`);
      }),
    );
  });

  test('hostile text is understood somehow, and nothing is thrown', () => {
    fc.assert(
      fc.property(hostileText, (line) => {
        const { generic, matches } = readRuleSyntax(line, 0);
        assert.ok(generic.length + matches.length <= line.length);
      }),
    );
  });
});
