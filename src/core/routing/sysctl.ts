import type { Problem } from '../problem';
import { linesOf } from '../text/lines';

export interface SysctlValue {
  readonly value: string;
  readonly line: number;
}

/** What the kernel has where nobody set anything (Documentation/networking/ip-sysctl.rst). */
const DEFAULTS: Readonly<Record<string, string>> = {
  rp_filter: '0',
  forwarding: '0',
  ip_forward: '0',
  accept_local: '0',
  route_localnet: '0',
  src_valid_mark: '0',
  arp_ignore: '0',
  arp_announce: '0',
  log_martians: '0',
  // The file exists only once br_netfilter is loaded; without it bridged packets do not reach the IP hooks.
  'bridge-nf-call-iptables': '0',
  'bridge-nf-call-ip6tables': '0',
  nf_conntrack_tcp_loose: '1',
  nf_conntrack_tcp_be_liberal: '0',
  fib_multipath_hash_policy: '0',
  ip_default_ttl: '64',
};

/** The values that one `sysctl` output shows, and what its silence about a key means. */
export class Sysctls {
  constructor(
    private readonly values: ReadonlyMap<string, SysctlValue>,
    /** Key prefixes that the command asked for; a key below none of them was not looked at. */
    private readonly asked: readonly string[],
    readonly problems: readonly Problem[],
  ) {}

  entries(): Iterable<[string, SysctlValue]> {
    return this.values;
  }

  /** The value of a key; the kernel's default where the command would have shown another; undefined where unknown. */
  get(key: string): SysctlValue | undefined {
    const found = this.values.get(key);
    if (found) return found;
    if (!this.asked.some((prefix) => prefix === '' || key === prefix || key.startsWith(`${prefix}.`))) return undefined;
    const fallback = DEFAULTS[key.slice(key.lastIndexOf('.') + 1)];
    return fallback === undefined ? undefined : { value: fallback, line: 0 };
  }
}

/** Reads `sysctl net`, `sysctl -a` and the like: `KEY = VALUE` lines. A dot inside a name is printed as a slash. */
export function readSysctls(command: string, text: string): Sysctls {
  const values = new Map<string, SysctlValue>();
  const problems: Problem[] = [];
  for (const { text: line, number } of linesOf(text)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const pair = /^\s*([^\s=:]+)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (pair) values.set(dotted(pair[1] ?? ''), { value: pair[2] ?? '', line: number });
    else if (!/^sysctl: /.test(line))
      problems.push({ severity: 'error', line: number, message: `"${line.trim()}" is not KEY = VALUE` });
  }
  return new Sysctls(values, askedBy(command), problems);
}

/** `/proc/sys/net/ipv4/conf/flannel.1/rp_filter` and `net/ipv4/…` in the spelling that sysctl prints. */
function dotted(key: string): string {
  const path = key.replace(/^\/proc\/sys\//, '');
  const slash = path.indexOf('/');
  const dot = path.indexOf('.');
  if (slash < 0 || (dot >= 0 && dot < slash)) return path;
  return path
    .split('/')
    .map((part) => part.replaceAll('.', '/'))
    .join('.');
}

/**
 * The keys, or beginnings of keys, that a command prints whole: all for `sysctl -a` and where the command is not known,
 * none where a pattern or another program chose among them.
 */
function askedBy(command: string): string[] {
  if (command.trim() === '') return [''];
  const words = command.trim().split(/\s+/);
  const at = words.findIndex((word) => /(^|\/)sysctl$/.test(word));
  const own = words.slice(at + 1).filter((word) => !/^\d*>/.test(word));
  if (at < 0 || own.some((word) => /[|;*]|&&/.test(word) || /^(-r|-p|--pattern|--load)/.test(word))) return [];
  const names = own.filter((word) => !word.startsWith('-'));
  return names.length === 0 ? [''] : names.map(dotted);
}

/** The name of an interface inside a key: `flannel/1` for flannel.1. */
export function sysctlName(device: string): string {
  return device.replaceAll('.', '/');
}
