import { BASE_CHAINS, type Hook, isHook, type TableName } from '../hook';
import type { Section } from './sections';

const NAT_TARGETS = ['DNAT', 'SNAT', 'MASQUERADE', 'REDIRECT', 'NETMAP'];
const RAW_TARGETS = ['CT', 'NOTRACK', 'TRACE'];
const MANGLE_TARGETS = ['TPROXY', 'TOS', 'DSCP', 'ECN', 'TTL', 'HL', 'CHECKSUM', 'CLASSIFY', 'TCPMSS'];
const SECURITY_TARGETS = ['SECMARK', 'CONNSECMARK'];
const NAT_CHAINS = /^KUBE-(?:SVC|SEP|EXT|FW|XLB|MARK)-/;

/** The table that the chains of a section are of, as far as its commands, base chains and targets tell. */
export function tableOf(section: Section): TableName | undefined {
  const chains = [...section.chains.values()];
  const bases = chains.map((chain) => chain.name).filter(isHook);
  const targets = new Set<string>();
  for (const chain of chains) for (const { row } of chain.rows) targets.add(row.target);
  const uses = (names: readonly string[]): boolean => names.some((name) => targets.has(name));
  const has = (...names: readonly Hook[]): boolean => names.some((name) => bases.includes(name));

  const { command } = section;
  if (command && bases.every((name) => BASE_CHAINS[command.table].includes(name)))
    if (command.table === 'nat' || !uses(NAT_TARGETS)) return command.table;
  if (has('FORWARD') && has('PREROUTING', 'POSTROUTING')) return 'mangle';
  if (uses(NAT_TARGETS) || chains.some((chain) => NAT_CHAINS.test(chain.name))) return 'nat';
  if (uses(SECURITY_TARGETS)) return 'security';
  if (has('PREROUTING', 'POSTROUTING')) {
    if (uses(RAW_TARGETS)) return 'raw';
    if (has('PREROUTING') && has('OUTPUT') && !has('INPUT', 'POSTROUTING')) return 'raw';
    return uses(MANGLE_TARGETS) ? 'mangle' : 'nat';
  }
  if (has('INPUT', 'FORWARD')) return 'filter';
  if (uses(RAW_TARGETS)) return 'raw';
  return has('OUTPUT') || targets.has('REJECT') ? 'filter' : undefined;
}
