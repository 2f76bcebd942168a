import { isTableName, type TableName } from '../hook';
import type { Counters } from '../rule';

/** `Chain INPUT (policy ACCEPT 56 packets, 5242 bytes)`, `Chain DOCKER (2 references)` */
export interface ChainHeader {
  readonly name: string;
  readonly policy: string | undefined;
  readonly counters: Counters | undefined;
  readonly references: number | undefined;
}

/** Which columns a listing has: `num`, `pkts bytes`, `in out`. */
export interface Columns {
  readonly number: boolean;
  readonly counters: boolean;
  readonly interfaces: boolean;
}

/** A command line that lists rules, copied along with what it printed. */
export interface ListCommand {
  readonly ipv6: boolean;
  readonly table: TableName;
}

export function readChainHeader(line: string): ChainHeader | undefined {
  if (!line.startsWith('Chain ')) return undefined;
  const open = line.indexOf(' (');
  const close = line.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const name = line.slice(6, open).trim();
  const inner = line.slice(open + 2, close);
  const none = { policy: undefined, counters: undefined, references: undefined };
  const [based, policy, packets, bytes] = POLICY.exec(inner) ?? [];
  if (based !== undefined) return { ...none, name, policy, counters: readCounters(packets, bytes) };
  const references = /^(\d+) references?\b/.exec(inner)?.[1];
  if (references !== undefined) return { ...none, name, references: Number(references) };
  return inner.startsWith('ERROR obtaining') ? { ...none, name } : undefined;
}

const POLICY = /^policy ([A-Z]+)(?: (\d+[KMGT]?) packets, (\d+[KMGT]?) bytes)?$/;

/** A chain header that is not whole: `Chain FORWARD (pol` */
export function isCutHeader(line: string): boolean {
  return /^Chain (?:\S+ \(|[A-Z\d_.:-]+$)/.test(line);
}

export function readColumns(line: string): Columns | undefined {
  if (!line.includes('prot') || !line.includes('destination') || line.length > 200) return undefined;
  const words = line.trim().split(/\s+/);
  const has = (...names: string[]): boolean => names.every((name) => words.includes(name));
  if (!has('prot', 'source', 'destination')) return undefined;
  return { number: has('num'), counters: has('pkts', 'bytes'), interfaces: has('in', 'out') };
}

export function readCounters(packets: string | undefined, bytes: string | undefined): Counters | undefined {
  const counted = { packets: readCount(packets), bytes: readCount(bytes) };
  return counted.packets === undefined || counted.bytes === undefined ? undefined : (counted as Counters);
}

const UNITS = ['', 'K', 'M', 'G', 'T'];

/** `6306K`: rounded to thousands (libxtables `xtables_print_num`). */
function readCount(text: string | undefined): number | undefined {
  const [, digits, unit] = /^(\d+)([KMGT]?)$/.exec(text ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits) * 1000 ** UNITS.indexOf(unit ?? '');
}

const COMMAND = /(?:^|[\s/#$>%])(ip6?tables)(?:-nft|-legacy)?(?=\s)/;

/** `pi@piw:~ $ sudo iptables -t nat -L -v -n` */
export function readListCommand(line: string): ListCommand | undefined {
  if (line.length > 500) return undefined;
  const found = COMMAND.exec(line);
  if (!found) return undefined;
  const words = line
    .slice(found.index + found[0].length)
    .trim()
    .split(/\s+/);
  if (!words.some((word) => /^-\w*L/.test(word) || word.startsWith('--list'))) return undefined;
  const at = words.findIndex((word) => /^-\w*t$/.test(word) || word === '--table');
  const glued = words.map((word) => /^(?:-t|--table=)(\w+)$/.exec(word)?.[1]).find((name) => name !== undefined);
  const table = (at < 0 ? undefined : words[at + 1]) ?? glued ?? 'filter';
  return isTableName(table) ? { ipv6: found[1] === 'ip6tables', table } : undefined;
}
