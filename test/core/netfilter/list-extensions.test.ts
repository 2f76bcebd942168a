import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseListing } from '../../../src/core/netfilter/list';

function parse(target: string, rest: string): { options: string | undefined; warnings: string[] } {
  const text = `Chain X (1 references)\n pkts bytes target prot opt in out source destination\n0 0 ${target} all -- * * 0.0.0.0/0 0.0.0.0/0 ${rest}\n`;
  const { tables, problems } = parseListing(text, 4, 'mangle');
  const rule = tables.get('mangle')?.chains.get('X')?.rules[0];
  assert.equal(rule?.syntax.problem, undefined);
  return { options: rule?.text.slice('-A X '.length), warnings: problems.map((problem) => problem.message) };
}

type Case = readonly [target: string, listed: string, saved: string];

function check(cases: readonly Case[]): void {
  for (const [target, listed, saved] of cases)
    test(`${target} ${listed}`.trim(), () => {
      assert.deepEqual(parse(target, listed), { options: saved, warnings: [] });
    });
}

suite('matches of iptables 1.8 that the saved fixtures do not have', () => {
  check([
    [
      '',
      'match bpf 48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0\u0000',
      '-m bpf --bytecode "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0"',
    ],
    ['', 'cgroup ! /system.slice', '-m cgroup ! --path "/system.slice"'],
    [
      '',
      'cluster !node_mask=0x00000001 total_nodes=2 hash_seed=0x0000beef',
      '-m cluster ! --cluster-local-nodemask 0x00000001 --cluster-total-nodes 2 --cluster-hash-seed 0x0000beef',
    ],
    ['', "connlabel ! 'vip' set", '-m connlabel ! --label "vip" --set'],
    [
      '',
      '! ctstate NEW ctdir REPLY ctstate RELATED',
      '-m conntrack ! --ctstate NEW --ctdir REPLY -m conntrack --ctstate RELATED',
    ],
    ['', 'cpu ! 3', '-m cpu ! --cpu 3'],
    [
      '',
      'dccp spts:1:1023 ! 0,11 option=!5',
      '-m dccp --sport 1:1023 ! --dccp-types REQUEST,INVALID ! --dccp-option 5',
    ],
    ['', '! src-group 0x3 dst-group 0x1/0xf', '-m devgroup ! --src-group 0x3 --dst-group 0x1/0xf'],
    ['', 'esp spis:!1:9', '-m esp ! --espspi 1:9'],
    ['', 'ipvs', '-m ipvs --ipvs'],
    [
      '',
      'vproto 6 ! vaddr 10.0.0.0/8 vport 80 vdir REPLY',
      '-m ipvs --vproto 6 ! --vaddr 10.0.0.0/8 --vport 80 --vdir REPLY',
    ],
    ['', 'nfacct-name  "web traffic"', '-m nfacct --nfacct-name "web traffic"'],
    ['', 'OS fingerprint match ! Linux', '-m osf ! --genre Linux'],
    [
      '',
      'policy match dir in pol ipsec strict [0] reqid 1 ! spi 0x1 proto 50 [1] mode tunnel',
      '-m policy --dir in --pol ipsec --strict --reqid 1 ! --spi 0x1 --proto esp --next --mode tunnel',
    ],
    [
      '',
      'rateest match RE1 delta bps 1 625 gt',
      '-m rateest --rateest-delta --rateest RE1 --rateest-bps1 8bit --rateest-gt --rateest-bps2 5000bit',
    ],
    [
      '',
      'rateest match RE1 delta pps 8 lt 9',
      '-m rateest --rateest-delta --rateest RE1 --rateest-pps1 8 --rateest-lt --rateest-pps2 9',
    ],
    ['', '! realm 0x2a', '-m realm ! --realm 0x2a'],
    ['', 'sctp all 0x0001,0x0082', '-m sctp --chunk-types all INIT,RE_CONFIG'],
    [
      '',
      '! match-set web dst,dst return-nomatch ! packets-eq 3 bytes-gt 5',
      '-m set ! --match-set web dst,dst --return-nomatch ! --packets-eq 3 --bytes-gt 5',
    ],
    [
      '',
      'TIME on 1st,22nd starting from 2026-01-02 03:04:05 until date 2027-01-01 00:00:00 contiguous',
      '-m time --monthdays 1,22 --datestart 2026-01-02T03:04:05 --datestop 2027-01-01T00:00:00 --kerneltz --contiguous',
    ],
    ['', 'tos match!0x10/0x3f', '-m tos ! --tos 0x10/0x3f'],
    ['', 'ADDRTYPE match src-type !UNICAST,LOCAL limit-in', '-m addrtype ! --src-type UNICAST,LOCAL --limit-iface-in'],
    ['', 'icmp !echo-request', '-m icmp ! --icmp-type 8'],
    ['', 'icmp fragmentation-needed', '-m icmp --icmp-type 3/4'],
    ['', 'icmptype 255', '-m icmp --icmp-type any'],
    ['', 'ipv6-icmp neighbour-solicitation', '-m icmp6 --icmpv6-type 135'],
    ['', 'tcp dpts:!ssh:smtp flags:!FIN,SYN/NONE', '-m tcp ! --dport 22:25 ! --tcp-flags FIN,SYN NONE'],
    ['', 'owner UID match root incl. suppl. groups', '-m owner --uid-owner 0 --suppl-groups'],
    [
      '',
      '/*  two  blanks  */ /* /* inner */ */',
      '-m comment --comment " two  blanks " -m comment --comment "/* inner */"',
    ],
  ]);
});

suite('targets of iptables 1.8 that the saved fixtures do not have', () => {
  check([
    ['AUDIT', 'AUDIT drop', '-j AUDIT --type drop'],
    ['CONNMARK', 'CONNMARK save nfmask 0xff ctmask ~0xf0', '-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xf0'],
    ['CONNSECMARK', 'CONNSECMARK restore', '-j CONNSECMARK --restore'],
    ['CT', 'CT helper ftp zone-reply mark', '-j CT --helper ftp --zone-reply mark'],
    ['DNPT', 'DNPT src-pfx fd00::/64 dst-pfx fd01::/64', '-j DNPT --src-pfx fd00::/64 --dst-pfx fd01::/64'],
    ['ECN', 'ECN match ECE ECN CWR=1', '-m ecn --ecn-tcp-ece -j ECN --ecn-tcp-cwr 1'],
    [
      'HMARK',
      'HMARK mod 42 + 0x1 ct, src-prefix 24 sport-mask 0xff rnd 0x4',
      '-j HMARK --hmark-src-prefix 24 --hmark-sport-mask 0x00ff --hmark-rnd 0x00000004 --hmark-mod 42 --hmark-offset 1 --hmark-tuple ct',
    ],
    ['IDLETIMER', 'timeout:42 label:x alarm', '-j IDLETIMER --timeout 42 --label x --alarm'],
    [
      'LOG',
      'LOG level debug tcp-options prefix "a"b "',
      '-j LOG --log-prefix "a\\"b " --log-level 7 --log-tcp-options',
    ],
    ['MARK', 'MARK and 0xffff00ff', '-j MARK --set-xmark 0x0/0xff00'],
    ['MASQUERADE', 'random', '-j MASQUERADE --random'],
    ['NFQUEUE', 'NFQUEUE num 3 bypass', '-j NFQUEUE --queue-num 3 --queue-bypass'],
    [
      'RATEEST',
      'name RE1 interval 250.0ms ewmalog 500.0ms',
      '-j RATEEST --rateest-name RE1 --rateest-interval 250.0ms --rateest-ewmalog 500.0ms',
    ],
    ['SECMARK', 'SECMARK selctx system_u:object_r:x_t:s0', '-j SECMARK --selctx system_u:object_r:x_t:s0'],
    ['SET', 'del-set b dst map-set m src map-mark', '-j SET --del-set b dst --map-set m src --map-mark'],
    [
      'SYNPROXY',
      'SYNPROXY sack-perm timestamp wscale 9 mss 1460',
      '-j SYNPROXY --sack-perm --timestamp --wscale 9 --mss 1460',
    ],
    ['TCPOPTSTRIP', 'TCPOPTSTRIP options mss,sack', '-j TCPOPTSTRIP --strip-options 2,5'],
    ['TEE', 'TEE gw:10.0.0.9 oif=eth1', '-j TEE --gateway 10.0.0.9 --oif eth1'],
    ['TOS', 'TOS and 0x0f', '-j TOS --set-tos 0x00/0xf0'],
    ['TOS', 'TOS setMinimize-Delay', '-j TOS --set-tos 0x10/0x3f'],
    ['TTL', 'TTL decrement by 1', '-j TTL --ttl-dec 1'],
  ]);
});

suite('what older versions print', () => {
  check([
    [
      '',
      'state NEW tcp dpt:22flags: 0x17/0x02',
      '-m state --state NEW -m tcp --dport 22 --tcp-flags FIN,SYN,RST,ACK SYN',
    ],
    ['', 'state NEW tcpflags: 0x17/0x02', '-m state --state NEW -m tcp --tcp-flags FIN,SYN,RST,ACK SYN'],
    ['', 'icmp type 3 code 4', '-m icmp --icmp-type 3/4'],
    ['', 'MARK match 0x1/0xff', '-m mark --mark 0x1/0xff'],
    ['', 'CONNMARK match !0x1', '-m connmark ! --mark 0x1'],
    ['', '#conn/32 > 3', '-m connlimit --connlimit-above 3 --connlimit-mask 32'],
    [
      '',
      'recent: UPDATE seconds: 60 name: DEFAULT side: source',
      '-m recent --update --seconds 60 --name DEFAULT --rsource',
    ],
    ['', 'OWNER UID match 0', '-m owner --uid-owner 0'],
    [
      '',
      'limit: avg 1/sec burst 5 mode srcip-dstport',
      '-m hashlimit --hashlimit 1/sec --hashlimit-burst 5 --hashlimit-mode srcip,dstport',
    ],
    ['', 'STRING match  "a" ALGO name bm TO 65535', '-m string --string "a" --algo bm'],
    ['', 'ctorigdst fd00::1/128', '-m conntrack --ctorigdst fd00::1'],
    ['', '/* a */match bpf 6 0 0 1', '-m comment --comment a -m bpf --bytecode "1,6 0 0 1"'],
    ['NETMAP', '/* a */1.2.3.0/24', '-m comment --comment a -j NETMAP --to 1.2.3.0/24'],
    ['SNPT', 'src-pfx fd00::/64 dst-pfx fd01::/64 ', '-j SNPT --src-pfx fd00::/64 --dst-pfx fd01::/64'],
    ['CT', 'CTzone 7 ', '-j CT --zone 7'],
    ['TCPOPTSTRIP', 'TCPOPTSTRIP options ', '-j TCPOPTSTRIP'],
    ['', 'set trusted src', '-m set --match-set trusted src'],
    ['LOG', "LOG flags 0 level 4 prefix `in: '", '-j LOG --log-prefix "in: "'],
    ['CONNMARK', 'CONNMARK set 0x1/0xff', '-j CONNMARK --set-mark 0x1/0xff'],
    [
      'ULOG',
      'ULOG copy_range 0 nlgroup 1 prefix "x" queue_threshold 1',
      '-j ULOG --ulog-prefix x --ulog-nlgroup 1 --ulog-cprange 0 --ulog-qthreshold 1',
    ],
  ]);
});

suite('words that are not understood', () => {
  test('make the answer unknown, and are told', () => {
    assert.deepEqual(parse('ACCEPT', 'tcp dpt:80 ndpi protocol "x" /* c */'), {
      options: '-m tcp --dport 80 -m listed --text "ndpi protocol \\"x\\"" -m comment --comment c -j ACCEPT',
      warnings: ['"ndpi protocol "x"" is not understood, so it is not known which packets match'],
    });
  });

  test('are an unknown condition of the rule', () => {
    const text = `Chain X (1 references)\n pkts bytes target prot opt in out source destination\n0 0 DROP all -- * * 0.0.0.0/0 0.0.0.0/0 ndpi x\n`;
    const rule = parseListing(text, 4).tables.get('filter')?.chains.get('X')?.rules[0];
    const answer = rule?.meaning.conditions[0]?.test({} as never);
    assert.ok(typeof answer === 'object' && answer.kind === 'unknown');
    assert.deepEqual([answer.code, answer.subject], ['match-not-simulated', '-m listed --text ndpi x']);
  });

  test('are a note behind the options of a target, or where no program prints such words', () => {
    for (const [target, rest, options] of [
      ['DNAT', 'to:10.0.0.1 goes to the pod', '-j DNAT --to-destination 10.0.0.1'],
      ['ACCEPT', 'tcp dpt:22 <- for us', '-m tcp --dport 22 -j ACCEPT'],
      ['ACCEPT', '# for us', '-j ACCEPT'],
      ['ACCEPT', 'mark match 0x1 打了标记', '-m mark --mark 0x1 -j ACCEPT'],
    ] as const) {
      const { options: saved, warnings } = parse(target, rest);
      assert.equal(saved, options);
      assert.match(warnings.join(), /words that iptables does not print are left out/);
    }
  });

  test('a comment sign before what iptables prints hides nothing', () => {
    assert.deepEqual(parse('DROP', '# /* marked */ mark match 0x8000/0x8000'), {
      options: '-m comment --comment marked -m mark --mark 0x8000/0x8000 -j DROP',
      warnings: [],
    });
  });

  test('what stood behind a comment that is cut off is unknown', () => {
    assert.equal(
      parse('ACCEPT', '/* this i').options,
      '-m comment --comment "this i" -m not-listed --rest "mangle/X/1" -j ACCEPT',
    );
  });

  test('a target without its options is cut off', () => {
    assert.deepEqual(parse('DNAT', 'tcp dpt:80'), {
      options: '-m tcp --dport 80 -m not-listed --rest "mangle/X/1" -j DNAT',
      warnings: ['DNAT stands without its options: the row is cut off'],
    });
  });
});
