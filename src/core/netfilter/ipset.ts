import type { Packet } from '../net/packet';
import { type Address, parseAddress } from '../net/address';
import { contains, parsePrefix, type Prefix, prefixLength } from '../net/prefix';
import { parseProtocol } from '../net/protocol';
import { type Range, readRange } from '../net/range';
import type { Problem } from '../problem';
import type { PacketView } from './match';
import { portIn } from './matches/ports';
import { linesOf } from '../text/lines';

/** A set of the kernel's, with its members as `ipset save` prints them (ipset(8)). */
export interface IpSet {
  readonly name: string;
  /** `hash:ip,port` and so on. */
  readonly type: string;
  readonly members: readonly Member[];
  readonly line: number;
}

interface Member {
  readonly parts: readonly Part[];
  readonly nomatch: boolean;
  readonly line: number;
}

type Part =
  | { readonly kind: 'network'; readonly prefix: Prefix }
  | { readonly kind: 'addresses'; readonly from: Address; readonly to: Address }
  | { readonly kind: 'port'; readonly protocol: number | undefined; readonly range: Range }
  | { readonly kind: 'mark'; readonly value: number }
  | { readonly kind: 'set'; readonly name: string }
  | { readonly kind: 'interface'; readonly name: string; readonly wildcard: boolean }
  /** What the tracer's packets do not have: a MAC address. */
  | { readonly kind: 'other' | 'unreadable'; readonly text: string };

/** Reads `ipset save` and `ipset list`. */
export function readIpSets(text: string): { sets: Map<string, IpSet>; problems: Problem[] } {
  const sets = new Map<string, IpSet & { members: Member[] }>();
  const problems: Problem[] = [];
  for (const { text: line, number } of linesOf(/^\s*Name: /.test(text) ? listAsSave(text) : text)) {
    const words = withoutComment(line).trim().split(/\s+/);
    const [command, name = '', value = ''] = words;
    if (command === 'create') sets.set(name, { name, type: value, members: [], line: number });
    else if (command === 'add') {
      const set = sets.get(name);
      const parts = set ? readParts(set.type, value, words.includes('wildcard')) : [];
      if (!set)
        problems.push({ severity: 'error', line: number, message: `set ${name} is filled before it is created` });
      else set.members.push({ parts, nomatch: words.includes('nomatch'), line: number });
      if (set && parts.some((part) => part.kind === 'unreadable'))
        problems.push({
          severity: 'error',
          line: number,
          message: `"${value}" is no member of a set of type ${set.type}`,
        });
    } else if (line.trim() !== '' && !line.startsWith('#'))
      problems.push({ severity: 'error', line: number, message: `"${line.trim()}" is neither create nor add` });
  }
  return { sets, problems };
}

/** `ipset list` in the words of `ipset save`, line by line. */
function listAsSave(text: string): string {
  let [name, type] = ['', ''];
  const lines: string[] = [];
  for (const { text: line } of linesOf(text)) {
    const [, field, value = ''] =
      /^(Name|Type|Header|Revision|Size in memory|References|Number of entries|Members):\s*(.*)$/.exec(line) ?? [];
    if (field === 'Name') name = value;
    if (field === 'Type') type = value;
    if (field === 'Header') lines.push(`create ${name} ${type} ${value}`);
    else lines.push(field !== undefined || line.trim() === '' ? '' : `add ${name} ${line.trim()}`);
  }
  return lines.join('\n');
}

/** A comment may say anything; nothing else is in quotes. */
function withoutComment(line: string): string {
  const start = line.indexOf(' comment "');
  return start < 0 ? line : line.slice(0, start) + line.slice(line.lastIndexOf('"') + 1);
}

function readParts(type: string, text: string, wildcard: boolean): Part[] {
  const kinds = type.slice(type.indexOf(':') + 1).split(',');
  const values = text.split(',');
  return kinds.map((kind, at) => readPart(kind, values[at] ?? '', wildcard));
}

function readPart(kind: string, text: string, wildcard: boolean): Part {
  switch (kind) {
    case 'ip':
    case 'net': {
      const prefix = parsePrefix(text);
      if (prefix) return { kind: 'network', prefix };
      const [first = '', last = ''] = text.split('-', 2);
      const from = parseAddress(first);
      const to = parseAddress(last);
      return from && to ? { kind: 'addresses', from, to } : { kind: 'unreadable', text };
    }
    case 'port': {
      const [first = '', second] = text.split(':', 2);
      const range = readRange(second ?? first, '-', 65535);
      // ICMP has a type and a code in the place of a port.
      if (!range) return { kind: /^(icmp|icmpv6|ipv6-icmp):/.test(text) ? 'other' : 'unreadable', text };
      return { kind: 'port', protocol: second === undefined ? undefined : parseProtocol(first), range };
    }
    case 'mark':
      return /^(0x[0-9a-f]+|\d+)$/i.test(text) ? { kind: 'mark', value: Number(text) } : { kind: 'unreadable', text };
    case 'set':
      return { kind: 'set', name: text };
    case 'iface':
      // Of a bridge's port no rule asks as of an interface.
      return text.startsWith('physdev:') ? { kind: 'other', text } : { kind: 'interface', name: text, wildcard };
    default:
      return { kind: 'other', text };
  }
}

/** The packet as a set sees it: the interfaces are those of the hook. */
export interface SetSubject {
  readonly packet: Packet;
  readonly in: string | undefined;
  readonly out: string | undefined;
  readonly drawnFrom?: PacketView['drawnFrom'];
}

/**
 * Whether the set holds what `directions` take from the packet: the first is for the set's first dimension, and so on
 * (net/netfilter/xt_set.c). Undefined where a member cannot be compared, for instance a MAC address.
 */
export function setContains(
  sets: ReadonlyMap<string, IpSet>,
  name: string,
  directions: readonly string[],
  subject: SetSubject,
): boolean | undefined {
  const set = sets.get(name);
  if (!set) return undefined;
  if (set.type.startsWith('list:')) return listContains(sets, set, directions, subject);
  let best = -1;
  let decision = false;
  let unsure = false;
  for (const member of set.type === 'hash:net,iface' ? mostSpecific(set, directions, subject) : set.members) {
    const hit = member.parts.map((part, at) => partMatches(part, directions[at] ?? directions[0] ?? 'dst', subject));
    if (hit.includes(false)) continue;
    if (hit.includes(undefined)) {
      unsure = true;
      continue;
    }
    // Of several networks that hold the address, the most specific decides, for instance by nomatch.
    const depth = depthOf(member);
    if (depth > best) {
      best = depth;
      decision = !member.nomatch;
    }
  }
  return best < 0 && unsure ? undefined : decision;
}

function depthOf({ parts }: Member): number {
  return parts.reduce((sum, part) => sum + (part.kind === 'network' ? (prefixLength(part.prefix) ?? 0) : 0), 0);
}

/**
 * The members with the most specific network that holds the address: no others are asked, on whatever interface (`multi` in
 * net/netfilter/ipset/ip_set_hash_netiface.c and `mtype_test_cidrs`).
 */
function mostSpecific({ members }: IpSet, [direction = 'dst']: readonly string[], subject: SetSubject): Member[] {
  const holding = members.filter(
    ({ parts: [network] }) => network && partMatches(network, direction, subject) === true,
  );
  const depth = Math.max(...holding.map(depthOf));
  return holding.filter((member) => depthOf(member) === depth);
}

function listContains(
  sets: ReadonlyMap<string, IpSet>,
  list: IpSet,
  directions: readonly string[],
  subject: SetSubject,
): boolean | undefined {
  let unsure = false;
  for (const member of list.members) {
    const part = member.parts[0];
    if (part?.kind !== 'set' || sets.get(part.name)?.type.startsWith('list:') === true) continue;
    const held = setContains(sets, part.name, directions, subject);
    if (held === true) return true;
    if (held === undefined) unsure = true;
  }
  return unsure ? undefined : false;
}

function partMatches(part: Part, direction: string, subject: SetSubject): boolean | undefined {
  const { packet, in: input, out } = subject;
  const source = direction === 'src';
  switch (part.kind) {
    case 'network':
      return contains(part.prefix, source ? packet.src : packet.dst);
    case 'addresses': {
      const address = source ? packet.src : packet.dst;
      return address.family === part.from.family && address.value >= part.from.value && address.value <= part.to.value;
    }
    case 'port': {
      const port = source ? packet.sport : packet.dport;
      if (part.protocol !== undefined && part.protocol !== packet.proto) return false;
      const inside = portIn(subject, port, [part.range]);
      return typeof inside === 'boolean' ? inside : undefined;
    }
    case 'mark':
      return packet.mark === part.value;
    case 'interface':
      return matchesName(part, (source ? input : out) ?? '');
    case 'set':
    case 'other':
    case 'unreadable':
      return undefined;
  }
}

function matchesName(part: { readonly name: string; readonly wildcard: boolean }, name: string): boolean {
  return part.wildcard ? name.startsWith(part.name) : name === part.name;
}
