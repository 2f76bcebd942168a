import { type Address, parseAddress } from '../../net/address';
import { parsePrefix } from '../../net/prefix';
import type { Action, NatRange } from '../action';
import { parsePort } from '../../net/protocol';
import { type Range, readMasked, readNumber, readPorts, readRange } from '../../net/range';
import { readDscp } from '../matches/header';
import { valueOf } from '../matches/values';
import type { ModuleUse, OptionUse } from '../syntax';
import { TARGET_OPTIONS } from './options';

/** Targets that let the packet go on unchanged, as far as its way is concerned. */
const PASSING = new Set([
  'AUDIT',
  'CHECKSUM',
  'CLASSIFY',
  'CONNSECMARK',
  'ECN',
  'IDLETIMER',
  'LED',
  'LOG',
  'NFLOG',
  'RATEEST',
  'SECMARK',
  'SET',
  'TCPMSS',
  'TCPOPTSTRIP',
  'TEE',
  'TRACE',
  'ULOG',
]);
const ALL = 0xffff_ffff;

/** Whether `-j name` means a target extension or a verdict, rather than a chain of the user's. */
export function isTarget(name: string): boolean {
  return Object.hasOwn(TARGET_OPTIONS, name);
}

/** The action of a rule's target. Undefined where its options cannot be read. */
export function readAction(target: (ModuleUse & { readonly goto: boolean }) | undefined): Action | undefined {
  if (!target) return { kind: 'continue', target: undefined };
  if (target.goto) return { kind: 'goto', chain: target.module };
  if (!isTarget(target.module)) return { kind: 'call', chain: target.module };
  if (PASSING.has(target.module)) return { kind: 'continue', target: target.module };
  const read = READERS[target.module];
  return read ? read(new Options(target.options)) : { kind: 'unknown', target: target.module };
}

class Options {
  constructor(private readonly uses: readonly OptionUse[]) {}

  has(flag: string): boolean {
    return this.uses.some((use) => use.flag === flag);
  }

  value(...flags: string[]): string | undefined {
    const use = this.uses.find((candidate) => flags.includes(candidate.flag));
    return use && valueOf(use);
  }

  get random(): boolean {
    return this.has('--random') || this.has('--random-fully');
  }
}

const READERS: Readonly<Partial<Record<string, (options: Options) => Action | undefined>>> = {
  ACCEPT: () => ({ kind: 'accept' }),
  DROP: () => ({ kind: 'drop' }),
  RETURN: () => ({ kind: 'return' }),
  NOTRACK: () => ({ kind: 'notrack' }),
  REJECT: (options) => ({ kind: 'reject', with: options.value('--reject-with') ?? 'icmp-port-unreachable' }),
  DNAT: (options) => readNat('dnat', options.value('--to-destination', '--to'), options.random),
  SNAT: (options) => readNat('snat', options.value('--to-source', '--to'), options.random),
  MASQUERADE: (options) => readPortsOnly('masquerade', options),
  REDIRECT: (options) => readPortsOnly('redirect', options),
  NETMAP: (options) => {
    const prefix = parsePrefix(options.value('--to') ?? '');
    return prefix && { kind: 'netmap', prefix };
  },
  MARK: (options) => readMark('mark', options),
  CONNMARK: (options) => {
    const mask = readNumber(options.value('--mask') ?? String(ALL)) ?? ALL;
    const nfmask = readNumber(options.value('--nfmask') ?? String(mask)) ?? ALL;
    const ctmask = readNumber(options.value('--ctmask') ?? String(mask)) ?? ALL;
    if (options.has('--left-shift-mark') || options.has('--right-shift-mark'))
      return { kind: 'unknown', target: 'CONNMARK' };
    if (options.has('--save-mark')) return { kind: 'save-connmark', nfmask, ctmask };
    if (options.has('--restore-mark')) return { kind: 'restore-connmark', nfmask, ctmask };
    return readMark('set-connmark', options);
  },
  CT: (options) => {
    if (options.has('--notrack')) return { kind: 'notrack' };
    for (const [flag, side] of [
      ['--zone', 'both'],
      ['--zone-orig', 'original'],
      ['--zone-reply', 'reply'],
    ] as const) {
      const text = options.value(flag);
      if (text === undefined) continue;
      const zone = readNumber(text);
      return zone === undefined ? { kind: 'unknown', target: 'CT' } : { kind: 'zone', zone, side };
    }
    return { kind: 'continue', target: 'CT' };
  },
  DSCP: (options) => {
    const value = readDscp(options.value('--set-dscp', '--set-dscp-class') ?? '');
    return value === undefined ? { kind: 'continue', target: 'DSCP' } : { kind: 'dscp', value };
  },
  TOS: (options) => {
    const tos = readMasked(options.value('--set-tos') ?? '');
    return tos ? { kind: 'dscp', value: (tos.value >> 2) & 0x3f } : { kind: 'continue', target: 'TOS' };
  },
  TTL: (options) => readLifetime(options, '--ttl-'),
  HL: (options) => readLifetime(options, '--hl-'),
  TPROXY: (options) => {
    const port = readNumber(options.value('--on-port') ?? '0');
    const mark = readMasked(options.value('--tproxy-mark') ?? '0x0/0x0');
    const address = parseAddress(options.value('--on-ip') ?? '');
    return port === undefined || !mark
      ? undefined
      : { kind: 'tproxy', address, port, clear: mark.mask, toggle: mark.value };
  },
};

function readMark(kind: 'mark' | 'set-connmark', options: Options): Action | undefined {
  const xmark = readMasked(options.value('--set-xmark') ?? '');
  if (xmark) return { kind, clear: xmark.mask, toggle: xmark.value };
  const set = readMasked(options.value('--set-mark') ?? '');
  if (set) return { kind, clear: (set.mask | set.value) >>> 0, toggle: set.value };
  const and = readNumber(options.value('--and-mark') ?? '');
  if (and !== undefined) return { kind, clear: ~and >>> 0, toggle: 0 };
  const or = readNumber(options.value('--or-mark') ?? '');
  if (or !== undefined) return { kind, clear: or >>> 0, toggle: or >>> 0 };
  const xor = readNumber(options.value('--xor-mark') ?? '');
  return xor === undefined ? undefined : { kind, clear: 0, toggle: xor >>> 0 };
}

function readLifetime(options: Options, prefix: string): Action | undefined {
  for (const [suffix, change] of [
    ['set', 'set'],
    ['inc', 'increase'],
    ['dec', 'decrease'],
  ] as const) {
    const value = readNumber(options.value(prefix + suffix) ?? '');
    if (value !== undefined) return { kind: 'ttl', change, value };
  }
  return undefined;
}

function readPortsOnly(kind: 'masquerade' | 'redirect', options: Options): Action | undefined {
  const text = options.value('--to-ports');
  const ports = text === undefined ? undefined : readNatPorts(text)?.ports;
  if (text !== undefined && !ports) return undefined;
  return { kind, ports, random: options.random };
}

function readNatPorts(text: string): { ports: Range; basePort?: number } | undefined {
  const [range = '', base] = text.split('/', 2);
  // A name such as ftp-data has a dash of its own.
  const ports = readPorts(range) ?? readRange(range, '-', 65535, parsePort);
  const basePort = base === undefined ? undefined : parsePort(base);
  if (!ports || (base !== undefined && basePort === undefined)) return undefined;
  return basePort === undefined ? { ports } : { ports, basePort };
}

/** `10.0.0.1`, `10.0.0.1-10.0.0.9:80-90`, `:80`, `[fd00::1]:80`. */
function readNat(kind: 'dnat' | 'snat', text: string | undefined, random: boolean): Action | undefined {
  if (text === undefined) return undefined;
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  const colon = text.includes('::') || text.split(':').length > 2 ? -1 : text.indexOf(':');
  const hosts = bracketed ? (bracketed[1] ?? '') : colon < 0 ? text : text.slice(0, colon);
  const portText = bracketed ? bracketed[2] : colon < 0 ? undefined : text.slice(colon + 1);
  const ports = portText === undefined ? undefined : readNatPorts(portText);
  if (portText !== undefined && !ports) return undefined;
  const addresses = hosts === '' ? undefined : readAddresses(hosts);
  if (hosts !== '' && !addresses) return undefined;
  const range: NatRange = { random, ...(addresses && { addresses }), ...ports };
  return { kind, range };
}

function readAddresses(text: string): { from: Address; to: Address } | undefined {
  const [first, last = first] = text.split('-', 2);
  const from = parseAddress(first ?? '');
  const to = parseAddress((last ?? '').replace(/^\[|\]$/g, ''));
  return from && to && { from, to };
}
