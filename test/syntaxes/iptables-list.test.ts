import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assertScopes, isVisible, loadGrammar, tokenize, type Expectation } from './grammars.js';

const grammar = await loadGrammar('source.iptables-list');

const word = 'variable.parameter.option';
const module = 'storage.type.module';
const negation = 'keyword.operator.negation';
const userChain = 'entity.name.function.chain.user';
const ipv4 = 'constant.numeric.address.ipv4';
const ipv6 = 'constant.numeric.address.ipv6';
const port = 'constant.numeric.port';
const protocol = 'support.type.protocol';
const anything = 'constant.language.any';
const ifname = 'string.unquoted.interface';

/** A row of `-L -n` that ends in `extensions`. */
const row = (extensions: string): string =>
  `ACCEPT     all  --  10.1.0.1             10.1.0.2             ${extensions}`;

const cases: readonly (readonly [line: string, ...Expectation[]])[] = [
  // headers
  [
    'Chain PREROUTING (policy ACCEPT 56 packets, 5242K bytes)',
    ['Chain', 'keyword.other.chain'],
    ['PREROUTING', 'entity.name.function.chain.base'],
    ['ACCEPT', 'keyword.control.verdict.accept'],
    ['56', 'constant.numeric.counter.packets'],
    ['5242K', 'constant.numeric.counter.bytes'],
  ],
  ['Chain INPUT (policy DROP)', ['DROP', 'keyword.control.verdict.drop']],
  ['Chain KUBE-SERVICES (2 references)', ['KUBE-SERVICES', userChain], ['2', 'constant.numeric.references']],
  [
    'num   pkts bytes target     prot opt in     out     source               destination         ',
    ['num', 'variable.other.column'],
    ['destination', 'variable.other.column'],
  ],
  ['target     prot opt source               destination', ['target', 'variable.other.column']],
  ['Table: nat', ['nat', 'entity.name.namespace.table']],

  // rows: with -v, with line numbers, with both, with neither
  [
    '69510 6306K KUBE-SERVICES  all  --  *      !docker0  0.0.0.0/0           !127.0.0.0/8          ',
    ['69510', 'constant.numeric.counter.packets'],
    ['6306K', 'constant.numeric.counter.bytes'],
    ['KUBE-SERVICES', userChain],
    ['all', protocol],
    ['--', 'punctuation.definition.no-fragment'],
    ['*', 'keyword.operator.wildcard'],
    ['!', negation],
    ['docker0', ifname],
    ['0.0.0.0/0', ipv4],
    ['!', negation, 2],
    ['127.0.0.0/8', ipv4],
  ],
  [
    '12       0     0 DROP       6    -f  eth+   any     anywhere             web.example/24       ',
    ['12', 'constant.numeric.rule-number'],
    ['0', 'constant.numeric.counter.packets'],
    ['DROP', 'keyword.control.verdict.drop'],
    ['6', 'constant.numeric.protocol'],
    ['-f', 'storage.modifier.fragment'],
    ['eth', ifname],
    ['any', anything],
    ['anywhere', anything],
    ['web.example', 'string.unquoted.host'],
  ],
  [
    '3    MASQUERADE  tcp  !f  10.1.97.0/24         anywhere',
    ['3', 'constant.numeric.rule-number'],
    ['MASQUERADE', 'support.function.target.rewrite'],
    ['tcp', protocol],
    ['!', negation],
    ['f', 'storage.modifier.fragment'],
  ],
  [
    'MARK       all  -- !10.1.0.0/16          anywhere',
    ['MARK', 'support.function.target.other'],
    ['10.1.0.0/16', ipv4],
  ],
  ['DROP       !udp --  0.0.0.0/0            0.0.0.0/0', ['!', negation], ['udp', protocol]],
  ['           0    --  0.0.0.0/0            0.0.0.0/0', ['0', 'constant.numeric.protocol'], ['0.0.0.0/0', ipv4]],
  [
    '1               6    --  0.0.0.0/0            0.0.0.0/0',
    ['1', 'constant.numeric.rule-number'],
    ['6', 'constant.numeric.protocol'],
  ],
  [
    '    0     0            17   --  *      *       0.0.0.0/0            0.0.0.0/0',
    ['17', 'constant.numeric.protocol'],
  ],
  [
    '    7   420 REJECT     icmpv6     *      lo      ::/0                !fe80::/10            reject-with icmp6-no-route',
    ['420', 'constant.numeric.counter.bytes'],
    ['icmpv6', protocol],
    ['lo', ifname],
    ['::/0', ipv6],
    ['fe80::/10', ipv6],
  ],
  [
    '2    ACCEPT     udp      anywhere             ff02::fb             udp dpt:mdns',
    ['udp', protocol],
    ['ff02::fb', ipv6],
  ],

  // what matches and targets say
  [row('/* kube-system/kube-dns:dns */ udp to:10.1.97.4:53'), ['/* kube-system/kube-dns:dns */', 'comment.block']],
  [row('udp to:10.1.97.4:53'), ['udp', protocol], ['to', word], ['10.1.97.4', ipv4], ['53', port]],
  [row('to:[2001:db8::7]:80-90'), ['2001:db8::7', ipv6], ['80-90', port]],
  [row('tcp dpt:80'), ['tcp', protocol], ['dpt', word], ['80', port]],
  [row('tcp spts:!1024:65535 dpt:https'), ['!', negation], ['1024', port], ['https', 'constant.language.service']],
  [row('multiport dports !53,15008'), ['dports', word], ['!', negation], ['15008', port]],
  [row('tcp flags:0x17/0x02'), ['flags', word], ['0x17', 'constant.numeric.hex']],
  [row('tcp flags:!SYN,ACK/SYN'), ['!', negation], ['SYN', 'constant.language.tcp-flag']],
  [
    row('ADDRTYPE match dst-type LOCAL'),
    ['ADDRTYPE', module],
    ['match', word],
    ['LOCAL', 'constant.language.address-type'],
  ],
  [row('ADDRTYPE match dst-type !LOCAL'), ['!', negation], ['LOCAL', 'constant.language.address-type']],
  [row('mark match ! 0x4000/0x4000'), ['mark', word], ['!', negation], ['0x4000', 'constant.numeric.hex']],
  [row('MARK or 0x4000'), ['MARK', module], ['or', word], ['0x4000', 'constant.numeric.hex']],
  [
    row('statistic mode random probability 0.33'),
    ['random', 'constant.language.keyword'],
    ['0.33', 'constant.numeric'],
  ],
  [row('! ctstate RELATED,DNAT'), ['!', negation], ['ctstate', word], ['DNAT', 'constant.language.connection-state']],
  [
    row('match-set KUBE-LOOP-BACK dst,dst,src'),
    ['KUBE-LOOP-BACK', 'entity.name.type.set'],
    ['src', 'constant.language.direction'],
  ],
  [row('match-set weave-_bEAv)[(ZDm*q^/zl src'), ['weave-_bEAv)[(ZDm*q^/zl', 'entity.name.type.set']],
  [
    row('reject-with icmp-port-unreachable'),
    ['reject-with', word],
    ['icmp-port-unreachable', 'constant.language.keyword'],
  ],
  [row('[goto] '), ['goto', 'keyword.other.jump']],
  [row('owner UID match 1337'), ['UID', module], ['1337', 'constant.numeric']],
  [row('limit: avg 5/min burst 10'), ['limit', word], ['5', 'constant.numeric.quantity'], ['10', 'constant.numeric']],
  [row('recent: SET name: SSH side: source'), ['SET', module], ['SSH', 'string.unquoted.name']],
  [row('LOG flags 0 level 4 prefix "odd: "'), ['LOG', module], ['"odd: "', 'string.quoted.double']],
  [row("LOG flags 0 level 4 prefix `odd: '"), ["`odd: '", 'string.quoted.other']],
  [row('#conn src/32 > 20'), ['#conn', word], ['32', 'constant.numeric'], ['>', 'keyword.operator']],
  [row('prefix "é: " tcp dpt:80'), ['"é: "', 'string.quoted.double'], ['80', port]],

  // what people paste around it
  ['pi@piw:~ $ sudo iptables -t nat -L -v -n', ['pi@piw:~ $ sudo iptables -t nat -L -v -n', 'comment.line.prompt']],
  ['[root@node1 ~]# iptables -nL', ['[root@node1 ~]# iptables -nL', 'comment.line.prompt']],
  ['iptables -t nat -L KUBE-SERVICES', ['iptables -t nat -L KUBE-SERVICES', 'comment.line.prompt']],
  ['#对于标记了0x4000的,需要SNAT', ['#对于标记了0x4000的,需要SNAT', 'comment.line.number-sign']],
  [
    row('ADDRTYPE match dst-type LOCAL ALL -> DOCKER'),
    ['LOCAL', 'constant.language'],
    ['ALL -> DOCKER', 'comment.line.note'],
  ],
  [row('MARK or 0x4000 标记0x4000'), ['0x4000', 'constant.numeric.hex'], ['标记0x4000', 'comment.line.note']],
];

suite('iptables-list: scopes', () => {
  for (const [line, ...expectations] of cases) {
    test(`${line.replaceAll(/ +/g, ' ')} — ${expectations.map(([text]) => text).join(', ')}`, () => {
      assertScopes(grammar, line, expectations);
    });
  }
});

suite('iptables-list: comments that a web page broke', () => {
  const head = '0 0 DNAT tcp -- * * 0.0.0.0/0 10.0.0.10';
  const broken: readonly (readonly [line: string, ...Expectation[]])[] = [
    [`${head} /* shop/web: cluster IP / tcp dpt:80`, ['/* shop/web: cluster IP /', 'comment.block'], ['80', port]],
    [`${head} /* shop/web: /`, ['/* shop/web: /', 'comment.block']],
    [`${head} /`, ['/', 'comment.block', 2]],
    [`${head} /* never closed tcp dpt:80`, ['/* never closed tcp dpt:80', 'comment.block']],
    ['shop/web: */ tcp to:10.1.97.2:80', ['shop/web: */', 'comment.block'], ['10.1.97.2', ipv4]],
    ['shop/web: cluster IP / tcp dpt:80', ['shop/web: cluster IP /', 'comment.block'], ['80', port]],
  ];
  for (const [line, ...expectations] of broken) {
    test(line, () => {
      assertScopes(grammar, line, expectations);
      const after = tokenize(grammar, `${line}\nplain`).filter((token) => token.line === 1);
      assert.deepEqual(after.flatMap((token) => token.scopes).filter(isVisible), [], 'the next line is free again');
    });
  }
});

test('prose between the chains is left alone', () => {
  for (const line of ['后面有示例分析,为什么在worker上无法直接访问服务地址', 'x <-->eth0 #DNAT', 'WELCOME TO NGINX']) {
    assert.deepEqual(
      tokenize(grammar, line).flatMap((token) => token.scopes),
      [],
      line,
    );
  }
});
