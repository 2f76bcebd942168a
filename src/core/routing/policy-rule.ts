import type { Family } from '../net/address';
import { EVERYWHERE, parsePrefix, type Prefix } from '../net/prefix';
import { parseProtocol } from '../net/protocol';
import { type Range, readMasked, readRange } from '../net/range';
import type { Problem } from '../problem';
import { jsonItems, type JsonObject, numberOf, stringOf, textOf } from '../text/json';
import { linesOf } from '../text/lines';
import { tableName } from './route';

/** A rule of the routing policy database (ip-rule(8)). */
export interface PolicyRule {
  readonly priority: number;
  readonly not: boolean;
  readonly from: Prefix | undefined;
  readonly to: Prefix | undefined;
  readonly iif: string | undefined;
  readonly oif: string | undefined;
  readonly mark: { readonly value: number; readonly mask: number } | undefined;
  readonly tos: number | undefined;
  readonly protocol: number | undefined;
  readonly sport: Range | undefined;
  readonly dport: Range | undefined;
  readonly uids: Range | undefined;
  readonly l3mdev: boolean;
  readonly action:
    | { readonly kind: 'table'; readonly table: string }
    | { readonly kind: 'goto'; readonly priority: number }
    | { readonly kind: 'nop' | 'unreachable' | 'prohibit' | 'blackhole' };
  /** Routes of the table with a prefix this short or shorter do not count. */
  readonly suppressLength: number | undefined;
  readonly text: string;
  /** Line of the output; 0 for one of the kernel's own three where there is no output. */
  readonly line: number;
}

const NO_SELECTOR = {
  not: false,
  from: undefined,
  to: undefined,
  iif: undefined,
  oif: undefined,
  mark: undefined,
  tos: undefined,
  protocol: undefined,
  sport: undefined,
  dport: undefined,
  uids: undefined,
  l3mdev: false,
  suppressLength: undefined,
} as const;

function standard(priority: number, table: string): PolicyRule {
  return { ...NO_SELECTOR, priority, action: { kind: 'table', table }, text: `from all lookup ${table}`, line: 0 };
}

/** What every kernel starts with. */
export const STANDARD_RULES: readonly PolicyRule[] = [
  standard(0, 'local'),
  standard(32766, 'main'),
  standard(32767, 'default'),
];

/** Reads `ip [-6] [-j] rule`. */
export function readPolicyRules(text: string, family: Family): { rules: PolicyRule[]; problems: Problem[] } {
  const rules: PolicyRule[] = [];
  const problems: Problem[] = [];
  if (/^\s*\[/.test(text)) {
    const { items, error } = jsonItems(text);
    if (error) problems.push({ severity: 'error', ...error });
    for (const { value, line } of items) rules.push(fromJson(value, family, line));
  } else {
    for (const { text: line, number } of linesOf(text)) {
      if (line.trim() === '') continue;
      const rule = fromText(line, family, number);
      if (rule) rules.push(rule);
      else problems.push({ severity: 'error', line: number, message: `"${line.trim()}" is not a policy rule` });
    }
  }
  return { rules: rules.sort((a, b) => a.priority - b.priority), problems };
}

function selectorPrefix(text: string | undefined, length: number | undefined, family: Family): Prefix | undefined {
  if (text === undefined || text === 'all') return undefined;
  return parsePrefix(length === undefined ? text : `${text}/${length}`) ?? EVERYWHERE[family];
}

function portRange(value: JsonObject, key: string): Range | undefined {
  const single = numberOf(value, key);
  if (single !== undefined) return { from: single, to: single };
  const from = numberOf(value, `${key}_start`);
  const to = numberOf(value, `${key}_end`);
  return from === undefined || to === undefined ? undefined : { from, to };
}

function fromJson(value: JsonObject, family: Family, line: number): PolicyRule {
  const mark = stringOf(value, 'fwmark');
  const markMask = stringOf(value, 'fwmask');
  const table = value['table'];
  const target = numberOf(value, 'goto');
  const kind = stringOf(value, 'action') ?? (value['nop'] === null ? 'nop' : undefined);
  const protocol = textOf(value, 'ipproto');
  const rule = {
    priority: numberOf(value, 'priority') ?? 0,
    not: 'not' in value,
    from: selectorPrefix(stringOf(value, 'src'), numberOf(value, 'srclen'), family),
    to: selectorPrefix(stringOf(value, 'dst'), numberOf(value, 'dstlen'), family),
    iif: stringOf(value, 'iif'),
    oif: stringOf(value, 'oif'),
    mark: mark === undefined ? undefined : readMasked(markMask === undefined ? mark : `${mark}/${markMask}`),
    tos: 'tos' in value ? Number(value['tos']) : undefined,
    protocol: protocol === undefined ? undefined : parseProtocol(protocol),
    sport: portRange(value, 'sport'),
    dport: portRange(value, 'dport'),
    uids: portRange(value, 'uid'),
    l3mdev: 'l3mdev' in value,
    action: actionOf(table, target, kind),
    suppressLength: numberOf(value, 'suppress_prefixlen') ?? numberOf(value, 'suppress_prefixlength'),
    line,
  };
  return { ...rule, text: ruleText(value) };
}

function actionOf(table: unknown, target: number | undefined, kind: string | undefined): PolicyRule['action'] {
  if (target !== undefined) return { kind: 'goto', priority: target };
  if (kind === 'nop' || kind === 'unreachable' || kind === 'prohibit' || kind === 'blackhole') return { kind };
  return { kind: 'table', table: tableName(typeof table === 'number' || typeof table === 'string' ? table : 'main') };
}

/** The selectors and the action in the words of `ip rule`. */
function ruleText(value: JsonObject): string {
  const words: string[] = [];
  for (const [key, item] of Object.entries(value)) {
    if (key === 'priority' || key === 'srclen' || key === 'dstlen' || key === 'fwmask' || key === 'protocol') continue;
    const name = { src: 'from', dst: 'to', table: 'lookup' }[key] ?? key;
    const length = value[`${key}len`];
    const mask = key === 'fwmark' && typeof value['fwmask'] === 'string' ? `/${value['fwmask']}` : '';
    words.push(name);
    if (item !== null) words.push((textOf(value, key) ?? '') + (typeof length === 'number' ? `/${length}` : '') + mask);
  }
  return words.join(' ');
}

function fromText(line: string, family: Family, number: number): PolicyRule | undefined {
  const head = /^\s*(\d+):\s*(.*)$/.exec(line);
  if (!head) return undefined;
  const text = (head[2] ?? '').trim().replace(/\s+/g, ' ');
  const words = text.split(' ');
  const after = (...keys: string[]): string | undefined => {
    const at = words.findIndex((word) => keys.includes(word));
    return at < 0 ? undefined : words[at + 1];
  };
  const target = after('goto');
  const suppress = after('suppress_prefixlength');
  const protocol = after('ipproto');
  const kind = words.find((word) => ['nop', 'unreachable', 'prohibit', 'blackhole'].includes(word));
  const rangeAfter = (key: string): Range | undefined => readRange(after(key) ?? '', '-', 0xffff_ffff);
  return {
    priority: Number(head[1]),
    not: words.includes('not'),
    from: selectorPrefix(after('from'), undefined, family),
    to: selectorPrefix(after('to'), undefined, family),
    iif: after('iif', 'dev'),
    oif: after('oif'),
    mark: readMasked(after('fwmark') ?? ''),
    tos: after('tos') === undefined ? undefined : Number(after('tos')),
    protocol: protocol === undefined ? undefined : parseProtocol(protocol),
    sport: rangeAfter('sport'),
    dport: rangeAfter('dport'),
    uids: rangeAfter('uidrange'),
    l3mdev: words.some((word) => word.includes('l3mdev')),
    action: actionOf(after('lookup', 'table'), target === undefined ? undefined : Number(target), kind),
    suppressLength: suppress === undefined ? undefined : Number(suppress),
    text,
    line: number,
  };
}
