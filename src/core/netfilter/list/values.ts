import { parsePort, parseProtocol, protocolName } from '../../net/protocol';
import { quoteWord } from '../words';
import { ICMP_TYPES, ICMPV6_TYPES } from '../icmp-types';
import * as names from './names';

/** What a value of a listing looks like, and how iptables-save prints it. Undefined: not at all, for it is the default. */
interface ValueKind {
  readonly pattern: string;
  readonly save?: (text: string) => string | undefined;
}

const NUMBER = '(?:0x[\\da-fA-F]+|\\d+)';
const PORT = '(?:\\d+|[a-zA-Z][\\w.+-]*)';
const NAMES = '[A-Za-z][\\w-]*';
/** What stands unquoted as a value: neither an option nor a "!", and no quote in it. */
const WORD = '[^\\s"!-][^\\s"]*';

const by = (names: ReadonlyMap<string, string>) => (text: string) => names.get(text) ?? text;
const each = (separator: string, save: (part: string) => string) => (text: string) =>
  text.split(separator).map(save).join(separator);
const unless = (usual: string) => (text: string) => (text === usual ? undefined : text);
const hex = (digits: number) => (text: string) => `0x${Number(text).toString(16).padStart(digits, '0')}`;

/** A number where the name is well known; any other name stays, and its meaning is unknown. */
const port = (text: string): string => String(parsePort(text) ?? text);
const unquote = (text: string): string => text.slice(1, -1);

const SIDES: Readonly<Partial<Record<string, string>>> = {
  source: 'rsource',
  dest: 'rdest',
  src: 'saddr',
  dst: 'daddr',
};
const TCP_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'];

/** `0x17` → `FIN,SYN,RST,ACK` */
function tcpFlags(text: string): string {
  if (!text.startsWith('0x')) return text;
  return TCP_FLAGS.filter((_, bit) => (Number(text) >> bit) & 1).join(',') || 'NONE';
}

/** `5` → ` --log-tcp-sequence --log-ip-options` (include/uapi/linux/netfilter/nf_log.h) */
function logFlags(text: string): string {
  const options = ['tcp-sequence', 'tcp-options', 'ip-options', 'uid', '', 'macdecode'];
  const set = options.filter((name, bit) => name !== '' && (Number(text) >> bit) & 1);
  return set.map((name) => ` --log-${name}`).join('');
}

/** `0x0000:Be` → `DATA:Be` */
function chunk(text: string): string {
  const [type = '', flags] = text.split(':', 2);
  const name = type.startsWith('0x') ? (names.SCTP_CHUNKS.get(Number(type)) ?? type) : type;
  return flags === undefined ? name : `${name}:${flags}`;
}

/** Numbers from 10 on are all called INVALID, and named once. */
function dccpType(type: string): string {
  return names.DCCP_TYPES[Math.min(Number(type), 10)] ?? type;
}

function headers(text: string): string {
  if (!text.startsWith('0x')) return text;
  const set = names.IPV6_HEADERS.filter(([bit]) => Number(text) & bit);
  return set.map(([, name]) => name).join(',') || 'NONE';
}

/** The rest of `policy match dir in pol ipsec`: ` strict [0] reqid 1 [1] spi 0x1` */
function policyElements(text: string): string {
  return text
    .replace(/\s+\[0\]/g, '')
    .replace(/\s+\[\d+\]/g, ' --next')
    .replace(/\s+!/g, ' !')
    .replace(/\s+(strict|reqid|spi|proto|mode|tunnel-dst|tunnel-src)(?=\s|$)/g, ' --$1')
    .replace(/--proto\s+(\S+)/g, (all, name: string) => {
      const protocol = parseProtocol(name);
      return protocol === undefined ? all : `--proto ${protocolName(protocol)}`;
    });
}

export const VALUES: Readonly<Partial<Record<string, ValueKind>>> = {
  word: { pattern: WORD },
  list: { pattern: '[\\w.:+][\\w,.:+-]*' },
  number: { pattern: '\\d+' },
  hex: { pattern: NUMBER },
  mark: { pattern: `${NUMBER}(?:/${NUMBER})?` },
  range: { pattern: `${NUMBER}(?::${NUMBER})?` },
  compare: { pattern: 'eq|lt|gt' },
  states: { pattern: '[A-Z_]+(?:,[A-Z_]+)*' },
  directions: { pattern: '(?:src|dst)(?:,(?:src|dst))*' },
  ports: { pattern: `${PORT}(?::${PORT})?`, save: each(':', port) },
  portList: { pattern: `${PORT}(?:[:,]${PORT})*`, save: each(',', each(':', port)) },
  tcpFlags: {
    pattern: '[\\w,]+/[\\w,]+',
    save: (text) => text.split('/').map(tcpFlags).join(' '),
  },
  logFlags: { pattern: '\\d+', save: logFlags },
  logLevel: { pattern: '\\w+', save: (text) => unless('4')(by(names.LOG_LEVELS)(text)) },
  limitBurst: { pattern: '\\d+', save: unless('5') },
  stringEnd: { pattern: '\\d+', save: unless('65535') },
  icmpType: { pattern: '\\d+', save: (text) => (text === '255' ? 'any' : text) },
  icmpName: { pattern: NAMES, save: by(ICMP_TYPES) },
  icmp6Name: { pattern: NAMES, save: by(ICMPV6_TYPES) },
  mobility: { pattern: '\\w[\\w-]*(?::\\w[\\w-]*)?', save: each(':', by(names.MOBILITY_NAMES)) },
  tos: { pattern: `${NUMBER}(?:/${NUMBER})?|[A-Z]\\w+-\\w+`, save: by(names.TOS_NAMES) },
  invertedTos: { pattern: NUMBER, save: (text) => hex(2)(String(~Number(text) & 0xff)) },
  tcpOptions: { pattern: '\\w[\\w-]*(?:,\\w[\\w-]*)*', save: each(',', by(names.TCP_OPTION_NAMES)) },
  invertedMark: { pattern: NUMBER, save: (text) => hex(0)(String(~Number(text) >>> 0)) },
  user: { pattern: WORD, save: (text) => (text === 'root' ? '0' : text) },
  chunkMatch: { pattern: 'any|all|only' },
  chunks: { pattern: '[\\w:]+(?:,[\\w:]+)*', save: each(',', chunk) },
  dccpTypes: {
    pattern: '\\w+(?:,\\w+)*',
    save: (text) => [...new Set(text.split(',').map(dccpType))].join(','),
  },
  ipv6Headers: { pattern: '[\\w,-]+', save: headers },
  quoted: { pattern: '"(?:[^"\\\\]|\\\\.)*"' },
  hexString: { pattern: '"\\|[\\da-f]+\\|"' },
  /** Printed as iptables-save prints it. */
  saved: { pattern: `"(?:[^"\\\\]|\\\\.)*"|${WORD}` },
  /** Printed raw between quotes, last in its line: it may hold quotes itself. Before 1.4.13: `abc '. */
  tail: { pattern: '".*"|`.*\'', save: (text) => quoteWord(unquote(text)) },
  raw: { pattern: '"[^"]*"', save: (text) => quoteWord(unquote(text)) },
  path: { pattern: '/\\S*', save: quoteWord },
  label: { pattern: "'[^']*'|\\d+", save: (text) => `"${text.replace(/'/g, '')}"` },
  bytecode: {
    pattern: '\\d+ \\d+ \\d+ \\d+(?:,\\d+ \\d+ \\d+ \\d+)*',
    save: (text) => `"${text.split(',').length},${text}"`,
  },
  hashMode: { pattern: '[a-z-]+', save: (text) => text.replaceAll('-', ',') },
  /** Before 1.4.21, single IPv6 addresses have a length. */
  network: { pattern: WORD, save: (text) => text.replace(/\/(?:32|128)$/, '') },
  prefix: { pattern: '[\\da-fA-F:.]+/[\\da-f:.]+' },
  address: { pattern: '[\\da-fA-F:.]+' },
  policy: {
    pattern: `(?:\\s+(?:strict|!|\\[\\d+\\]|(?:reqid|spi|proto|mode|tunnel-dst|tunnel-src)\\s+${WORD}))*`,
    save: policyElements,
  },
  weekdays: { pattern: '[A-Z][a-z]{2}(?:,[A-Z][a-z]{2})*' },
  monthdays: {
    pattern: '\\d+(?:st|nd|rd|th)(?:,\\d+(?:st|nd|rd|th))*',
    save: (text) => text.replace(/[a-z]/g, ''),
  },
  /** Bytes per second with -n, else with a unit. */
  rate: { pattern: '\\d+[KM]?(?:bit)?', save: (text) => (/^\d+$/.test(text) ? `${Number(text) * 8}bit` : text) },
  rateUnit: { pattern: '[bp]ps' },
  side: { pattern: 'source|dest|src|dst', save: (text) => SIDES[text] },
  zoneSide: { pattern: '(?:-orig|-reply)?' },
  hex2: { pattern: NUMBER, save: hex(2) },
  hex4: { pattern: NUMBER, save: hex(4) },
  hex8: { pattern: NUMBER, save: hex(8) },
  decimal: { pattern: NUMBER, save: (text) => String(Number(text)) },
  classId: { pattern: '[\\da-f]+:[\\da-f]+', save: each(':', (part) => part.padStart(4, '0')) },
};
