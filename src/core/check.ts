import { readIpSets } from './netfilter/ipset';
import { readConnections } from './netfilter/connections';
import { parseListing } from './netfilter/list';
import { jumpLoops, lintRule } from './netfilter/lint';
import { MATCHES } from './netfilter/matches/registry';
import { allRules, type Ruleset } from './netfilter/ruleset';
import { type NftTable, readNftTables } from './netfilter/nft';
import { parseSave } from './netfilter/save';
import { readIpvs } from './kubernetes/ipvs';
import { readKubectl } from './kubernetes/kubectl';
import { readRegistry } from './kubernetes/registry';
import { readFlannelEtcd, readSubnetEnv } from './overlay/flannel';
import { readFdb, readNeighbours } from './routing/neighbour';
import { readInterfaces } from './routing/read-interfaces';
import { readPolicyRules } from './routing/policy-rule';
import { readRoutes } from './routing/read-routes';
import { readSysctls } from './routing/sysctl';
import { readTcpdump } from './capture/tcpdump';
import { readResolvConf } from './dns/resolv-conf';
import { readListeners } from './net/listener';
import { familyOf, kindOf, type TextKind } from './kind';
import type { Problem } from './problem';
import { lineAt, withoutIndent } from './text/lines';

/** What a text is, how much it holds, and what is wrong with it. */
export interface Report {
  readonly kind: TextKind;
  /** `{ tables: 2, chains: 14, rules: 40 }` */
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly Problem[];
  /** Matches and targets that a trace would not know the meaning of. */
  readonly notSimulated: readonly { readonly name: string; readonly line: number; readonly count: number }[];
}

/** A text that cannot be read at all. */
export interface Unreadable {
  readonly line: number;
  readonly message: string;
}

/** Looks at any output that Hoplens understands, snapshots aside. `kind` where it is known from elsewhere. */
export function checkText(written: string, known?: TextKind): Report | Unreadable {
  const text = known === undefined ? withoutIndent(written) : written;
  const kind = known ?? kindOf(text);
  if (text.trim() === '')
    return { line: 1, message: 'the file is empty: run the command again and save what it prints' };
  const binary = firstBinary(text);
  if (binary >= 0)
    return {
      line: lineAt(text, binary),
      message:
        'this is not text: the file is binary or damaged; save the output of iptables-save, ip route or the like',
    };
  if (!text.includes('\n') && text.trimEnd().includes('\r'))
    return {
      line: 1,
      message: 'its lines end in carriage returns alone, as on an old Macintosh: save it with line feeds',
    };
  if (kind === undefined)
    return {
      line: 1,
      message:
        'this is no output that Hoplens knows: iptables-save, iptables -L, ip addr, ip route, ip rule, route, ifconfig, ipset, nft, conntrack, ipvsadm, sysctl, ss, tcpdump, resolv.conf or a Hoplens snapshot',
    };
  return CHECKS[kind](text);
}

/** Where a text stops being one: at a zero byte, or where control characters are no exception. */
function firstBinary(text: string): number {
  const first = text.search(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/);
  if (first < 0 || text.includes('\u0000')) return text.indexOf('\u0000');
  const strange = text.match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0;
  return strange * 50 > text.length ? first : -1;
}

type Check = (text: string) => Report;

const CHECKS: Readonly<Record<TextKind, Check>> = {
  'iptables-save': (text) => rules('iptables-save', parseSave(text, familyOf(text))),
  'iptables-list': (text) => rules('iptables-list', parseListing(text, familyOf(text))),
  'ip-route': (text) => {
    const { routes, problems } = readRoutes(text, familyOf(text));
    return report('ip-route', { routes: routes.length }, problems);
  },
  'ip-rule': (text) => {
    const found = readPolicyRules(text, familyOf(text));
    return report('ip-rule', { rules: found.rules.length }, found.problems);
  },
  'ip-addr': (text) => {
    const { interfaces, problems } = readInterfaces(text);
    const addresses = interfaces.reduce((sum, device) => sum + device.addresses.length, 0);
    return report('ip-addr', { interfaces: interfaces.length, addresses }, problems);
  },
  'ipset-save': (text) => {
    const { sets, problems } = readIpSets(text);
    const members = [...sets.values()].reduce((sum, set) => sum + set.members.length, 0);
    return report('ipset-save', { sets: sets.size, members }, problems);
  },
  'nft-ruleset': (text) => {
    const tables = readNftTables(text);
    const sum = (count: (table: NftTable) => number): number => tables.reduce((all, table) => all + count(table), 0);
    const native = tables.filter((table) => !table.managed && table.baseChains > 0);
    return {
      ...report(
        'nft-ruleset',
        { tables: tables.length, chains: sum(({ chains }) => chains), rules: sum(({ rules }) => rules) },
        [],
      ),
      notSimulated: native.map(({ family, name, line, rules: count }) => ({
        name: `table ${family} ${name}`,
        line,
        count,
      })),
    };
  },
  conntrack: (text) => {
    const { connections, problems } = readConnections(text);
    return report('conntrack', { connections: connections.length }, problems);
  },
  ipvs: (text) => {
    const { services, servers, line, problems } = readIpvs(text);
    const notSimulated = services > 0 ? [{ name: 'IPVS', line, count: services }] : [];
    return { ...report('ipvs', { services, servers }, problems), notSimulated };
  },
  sysctl: (text) => {
    const values = readSysctls('sysctl -a', text);
    return report('sysctl', { keys: [...values.entries()].length }, values.problems);
  },
  'resolv-conf': (text) => {
    const { nameservers, search } = readResolvConf(text);
    return report('resolv-conf', { nameservers: nameservers.length, domains: search.length }, []);
  },
  tcpdump: (text) => report('tcpdump', { packets: readTcpdump(text).length }, []),
  ss: (text) => report('ss', { listeners: readListeners(text).length }, []),
  'etcd-flannel': (text) => {
    const { config, leases } = readFlannelEtcd(text);
    return report('etcd-flannel', { configurations: config ? 1 : 0, leases: leases.length }, []);
  },
  'etcd-registry': (text) => {
    const { objects, encrypted } = readRegistry(text);
    const problems = encrypted === 0 ? [] : [warning(`${encrypted} values are encrypted at rest and cannot be read`)];
    return report('etcd-registry', { objects: objects.length }, problems);
  },
  'flannel-subnet-env': (text) => {
    const { subnet } = readSubnetEnv(text);
    return report(
      'flannel-subnet-env',
      { subnets: subnet ? 1 : 0 },
      subnet ? [] : [warning('FLANNEL_SUBNET is no subnet')],
    );
  },
  kubectl: (text) => report('kubectl', { objects: readKubectl(text).length }, []),
  'ip-neigh': (text) => report('ip-neigh', { neighbours: readNeighbours(text).length }, []),
  'bridge-fdb': (text) => report('bridge-fdb', { entries: readFdb(text).length }, []),
  snapshot: () => report('snapshot', {}, []),
};

function warning(message: string): Problem {
  return { severity: 'warning', line: 1, message };
}

function report(kind: TextKind, counts: Report['counts'], problems: readonly Problem[]): Report {
  return { kind, counts, problems, notSimulated: [] };
}

function rules(kind: TextKind, ruleset: Ruleset): Report {
  let chains = 0;
  for (const table of ruleset.tables.values()) chains += table.chains.size;
  const unknown = new Map<string, { line: number; count: number }>();
  let count = 0;
  const problems = [...ruleset.problems, ...[...ruleset.tables.values()].flatMap(jumpLoops)];
  for (const { table, rule: kept } of allRules(ruleset)) {
    count++;
    // Of millions of rules, what each says cannot all be kept.
    const rule = kept.readApart();
    problems.push(...lintRule(table, rule));
    const names = rule.syntax.matches.flatMap((use) =>
      Object.hasOwn(MATCHES, use.module) ? [] : [`-m ${use.module}`],
    );
    if (rule.meaning.action.kind === 'unknown') names.push(`-j ${rule.syntax.target?.module ?? ''}`);
    for (const name of names) {
      const known = unknown.get(name);
      if (known) known.count++;
      else unknown.set(name, { line: rule.line, count: 1 });
    }
  }
  return {
    kind,
    counts: { tables: ruleset.tables.size, chains, rules: count },
    problems: problems.sort((a, b) => a.line - b.line),
    notSimulated: [...unknown].map(([name, seen]) => ({ name, ...seen })),
  };
}
