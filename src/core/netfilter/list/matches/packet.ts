import type { MatchPhrase } from './phrases';

const COUNTED = (what: string): string => `[ {!${what}}${what}-{${what}Op:compare} {${what}:number}]`;
const SAVED_COUNTED = (what: string): string => `[ {!${what}}--${what}-{${what}Op} {${what}}]`;

/** Addresses, marks, sets, header fields and contents of a packet (extensions/libxt_addrtype.c and its like). */
export const PACKET: readonly MatchPhrase[] = [
  [
    'addrtype',
    'ADDRTYPE match[ src-type~{!s}{source:states}][ dst-type~{!d}{destination:states}][in| limit-in][out| limit-out]',
    '[ {!s}--src-type {source}][ {!d}--dst-type {destination}][in| --limit-iface-in][out| --limit-iface-out]',
  ],
  ['iprange', 'source IP range {!}{range:word}', '{!}--src-range {range}'],
  ['iprange', 'destination IP range {!}{range:word}', '{!}--dst-range {range}'],
  ['mark', 'mark match {!}{mark:mark}', '{!}--mark {mark}'],
  ['mark', 'MARK match {!}{mark:mark}', '{!}--mark {mark}'],
  [
    'set',
    `{!}match-set {set:word} {parts:directions}[nomatch| return-nomatch][keep| ! update-counters][keepSub| ! update-subcounters]${COUNTED('packets')}${COUNTED('bytes')}`,
    `{!}--match-set {set} {parts}[nomatch| --return-nomatch][keep| ! --update-counters][keepSub| ! --update-subcounters]${SAVED_COUNTED('packets')}${SAVED_COUNTED('bytes')}`,
  ],
  ['set', '{!}set {set:word} {parts:directions}', '{!}--match-set {set} {parts}'],
  ['length', 'length {!}{bytes:range}', '{!}--length {bytes}'],
  ['ttl', 'TTL match TTL == {ttl:number}', '--ttl-eq {ttl}'],
  ['ttl', 'TTL match TTL != {ttl:number}', '! --ttl-eq {ttl}'],
  ['ttl', 'TTL match TTL < {ttl:number}', '--ttl-lt {ttl}'],
  ['ttl', 'TTL match TTL > {ttl:number}', '--ttl-gt {ttl}'],
  ['dscp', 'DSCP match {!}{dscp:hex}', '{!}--dscp {dscp}'],
  ['tos', 'tos match~{!}{tos:tos}', '{!}--tos {tos}'],
  [
    'ecn',
    'ECN match[ece| {!e}ECE][cwr| {!c}CWR][ {!t}ECT={ect:number}]',
    '[ece| {!e}--ecn-tcp-ece][cwr| {!c}--ecn-tcp-cwr][ {!t}--ecn-ip-ect {ect}]',
  ],
  [
    'string',
    'STRING match {!}{hex:hexString} ALGO name {algorithm:list}[ FROM {from:number}][ TO {to:stringEnd}][icase| ICASE]',
    '{!}--hex-string {hex} --algo {algorithm}[ --from {from}][ --to {to}][icase| --icase]',
  ],
  [
    'string',
    'STRING match {!}{text:quoted} ALGO name {algorithm:list}[ FROM {from:number}][ TO {to:stringEnd}][icase| ICASE]',
    '{!}--string {text} --algo {algorithm}[ --from {from}][ --to {to}][icase| --icase]',
  ],
  ['u32', 'u32 {!}{tests:quoted}', '{!}--u32 {tests}'],
  ['bpf', 'match bpf pinned {path:word}', '--object-pinned {path}'],
  ['bpf', 'match bpf {code:bytecode}', '--bytecode {code}'],
  ['osf', 'OS fingerprint match {!}{genre:word}', '{!}--genre {genre}'],
  [
    'policy',
    'policy match dir {direction:list} pol {kind:list}{elements:policy}',
    '--dir {direction} --pol {kind}{elements}',
  ],
  ['realm', '{!}realm {realm:word}', '{!}--realm {realm}'],
  [
    'rpfilter',
    'rpfilter[loose| loose][mark| validmark][local| accept-local][invert| invert]',
    '[loose| --loose][mark| --validmark][local| --accept-local][invert| --invert]',
  ],
];
