import type { MatchPhrase } from './phrases';

const PORTS = '[ spt[s]:{!s}{sport:ports}][ dpt[s]:{!d}{dport:ports}]';
const SAVED_PORTS = '[ {!s}--sport {sport}][ {!d}--dport {dport}]';
const SPI = '[ spi[s]:{!s}{spi:range}]';

/** Ports, and what else transport headers hold (extensions/libxt_tcp.c and its like). */
export const TRANSPORT: readonly MatchPhrase[] = [
  [
    'tcp',
    `tcp${PORTS}[ option={!o}{option:number}][~flags:~{!f}{flags:tcpFlags}]`,
    `${SAVED_PORTS}[ {!o}--tcp-option {option}][ {!f}--tcp-flags {flags}]`,
  ],
  // Before 1.4.3, without a blank in between.
  ['tcp', 'tcpflags: {!}{flags:tcpFlags}', '{!}--tcp-flags {flags}'],
  ['udp', `udp${PORTS}`, SAVED_PORTS],
  ['sctp', `sctp${PORTS}[ {!c}{how:chunkMatch} {chunks:chunks}]`, `${SAVED_PORTS}[ {!c}--chunk-types {how} {chunks}]`],
  [
    'dccp',
    `dccp${PORTS}[ {!t}{types:dccpTypes}][ option={!o}{option:number}]`,
    `${SAVED_PORTS}[ {!t}--dccp-types {types}][ {!o}--dccp-option {option}]`,
  ],
  ['multiport', 'multiport sports {!}{ports:portList}', '{!}--sports {ports}'],
  ['multiport', 'multiport dports {!}{ports:portList}', '{!}--dports {ports}'],
  ['multiport', 'multiport ports {!}{ports:portList}', '{!}--ports {ports}'],
  ['tcpmss', 'tcpmss match {!}{mss:range}', '{!}--mss {mss}'],
  // Type 255 is any, whatever the code (net/ipv4/netfilter/ip_tables.c `icmp_type_code_match`).
  ['icmp', 'icmptype 255[ code {code:number}]', '--icmp-type any'],
  ['icmp', 'icmptype {type:icmpType}[ code {code:number}]', '--icmp-type {type}[/{code}]'],
  ['icmp', 'icmp {!}type {type:icmpType}[ code {code:number}]', '{!}--icmp-type {type}[/{code}]'],
  ['icmp', 'icmp {!}{name:icmpName}', '{!}--icmp-type {name}'],
  ['icmp6', 'ipv6-icmptype {type:number}[ code {code:number}]', '--icmpv6-type {type}[/{code}]'],
  ['icmp6', 'ipv6-icmp {!}type {type:number}[ code {code:number}]', '{!}--icmpv6-type {type}[/{code}]'],
  ['icmp6', 'ipv6-icmp {!}{name:icmp6Name}', '{!}--icmpv6-type {name}'],
  ['esp', `esp${SPI}`, '[ {!s}--espspi {spi}]'],
  ['ipcomp', `comp${SPI}[reserved| reserved]`, '[ {!s}--ipcompspi {spi}][reserved| --compres]'],
  [
    'ah',
    `ah${SPI}[~length:{!l}{length:number}][reserved| reserved]`,
    '[ {!s}--ahspi {spi}][ {!l}--ahlen {length}][reserved| --ahres]',
  ],
];
