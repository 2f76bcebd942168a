import type { MatchPhrase } from './phrases';

const NUMBERS = [
  'next-hdr',
  ...['hdr-len', 'segs-left', 'last-entry'].flatMap((name) => [`${name}-eq`, `${name}-gt`, `${name}-lt`]),
  'tag',
];
const SIDS = ['psid', 'nsid', 'lsid'];

function key(name: string): string {
  return name.replaceAll('-', '_');
}

const SRH = NUMBERS.map((name) => `[ ${name}:{!${key(name)}}{${key(name)}:number}]`);
const SAVED_SRH = NUMBERS.map((name) => `[ {!${key(name)}}--srh-${name} {${key(name)}}]`);

/** Extension headers of IPv6 (extensions/libip6t_*.c). */
export const IPV6: readonly MatchPhrase[] = [
  ['hl', 'HL match HL == {hl:number}', '--hl-eq {hl}'],
  ['hl', 'HL match HL != {hl:number}', '! --hl-eq {hl}'],
  ['hl', 'HL match HL < {hl:number}', '--hl-lt {hl}'],
  ['hl', 'HL match HL > {hl:number}', '--hl-gt {hl}'],
  ['dst', 'dst[ length:{!}{length:number}][ opts {opts:list}]', '[ {!}--dst-len {length}][ --dst-opts {opts}]'],
  ['hbh', 'hbh[ length:{!}{length:number}][ opts {opts:list}]', '[ {!}--hbh-len {length}][ --hbh-opts {opts}]'],
  [
    'frag',
    'frag[ id[s]:{!i}{id:range}][~length:{!l}{length:number}][res| reserved][first| first][more| more][last| last]',
    '[ {!i}--fragid {id}][ {!l}--fraglen {length}][res| --fragres][first| --fragfirst][more| --fragmore][last| --fraglast]',
  ],
  ['ipv6header', 'ipv6header[ flags:{!}{headers:ipv6Headers}][soft| soft]', '[ {!}--header {headers}][soft| --soft]'],
  ['mh', 'mh[ {!}{types:mobility}]', '[ {!}--mh-type {types}]'],
  [
    'rt',
    'rt[ type:{!t}{type:number}][ segsleft[s]:{!s}{left:range}][ length:{!l}{length:number}][res| reserved]' +
      '[ 0-addrs {addresses:list}][loose| 0-not-strict]',
    '[ {!t}--rt-type {type}][ {!s}--rt-segsleft {left}][ {!l}--rt-len {length}][res| --rt-0-res]' +
      '[ --rt-0-addrs {addresses}][loose| --rt-0-not-strict]',
  ],
  [
    'srh',
    `srh${SRH.join('')}${SIDS.map((name) => `[ ${name} {!${name}}{${name}:word}]`).join('')}`,
    SAVED_SRH.join('') + SIDS.map((name) => `[ {!${name}}--srh-${name} {${name}}]`).join(''),
  ],
  ['eui64', 'eui64', ''],
];
