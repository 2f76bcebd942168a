import { splitWords } from '../netfilter/words';
import { isTableName, type TableName } from '../netfilter/hook';
import { Cluster } from '../snapshot/cluster';
import type { NamespaceRecord, Output } from '../snapshot/format';
import type { KnownTable } from '../snapshot/netfilter';
import type { Change } from '../trace/result';

export type WhatIf = { readonly cluster: Cluster } | { readonly error: string };

/** The cluster as it would be once the changes are made. The outputs are edited as the commands would edit the state. */
export function applyChanges(cluster: Cluster, changes: readonly Change[]): WhatIf {
  let { snapshot } = cluster;
  for (const change of changes) {
    const node = snapshot.nodes.find((candidate) => candidate.name === change.node);
    const host = node?.namespaces.find((namespace) => namespace.kind === 'host');
    if (!node || !host) return { error: `there is no node "${change.node}" in the snapshot` };
    const tables = cluster.node(change.node)?.host?.netfilter(4).tables ?? [];
    const changed = changeHost(host, tables, change);
    if (typeof changed === 'string') return { error: changed };
    snapshot = {
      ...snapshot,
      nodes: snapshot.nodes.map((one) =>
        one === node ? { ...one, namespaces: one.namespaces.map((space) => (space === host ? changed : space)) } : one,
      ),
    };
    cluster = new Cluster(snapshot);
  }
  return { cluster };
}

function changeHost(host: NamespaceRecord, tables: readonly KnownTable[], change: Change): NamespaceRecord | string {
  switch (change.kind) {
    case 'iptables-rule':
      return changeRule(host, tables, change.rule ?? '');
    case 'sysctl': {
      const before = host.outputs['sysctl'];
      const command = before?.command ?? `sysctl ${change.key ?? ''}`;
      return withOutput(
        host,
        'sysctl',
        command,
        `${before?.stdout ?? ''}${change.key ?? ''} = ${change.value ?? ''}\n`,
      );
    }
    case 'route': {
      const before = host.outputs['ip-route'];
      if (!before || before.stdout.trimStart().startsWith('['))
        return `the routes of ${change.node} are not in the text form that a route can be added to`;
      return withOutput(
        host,
        'ip-route',
        before.command,
        `${before.stdout.replace(/\n?$/, '\n')}${change.route ?? ''}\n`,
      );
    }
    default:
      return `a change of kind ${change.kind} cannot be traced yet`;
  }
}

function withOutput(host: NamespaceRecord, id: string, command: string, stdout: string): NamespaceRecord {
  const output: Output = { command, exitCode: 0, stdout, stderr: '' };
  return { ...host, outputs: { ...host.outputs, [id]: output } };
}

/** `-t nat -A POSTROUTING -o flannel0 -j MASQUERADE`, and -I and -D with a position or the rule itself. */
function changeRule(host: NamespaceRecord, tables: readonly KnownTable[], rule: string): NamespaceRecord | string {
  const parsed = readRuleChange(rule);
  if (typeof parsed === 'string') return parsed;
  const saved = host.outputs['iptables-save'] ?? host.outputs['iptables-legacy-save'];
  const id = host.outputs['iptables-save'] || !saved ? 'iptables-save' : 'iptables-legacy-save';
  const text = saved?.stdout ?? dumpOf(tables);
  const edited = editDump(text, parsed);
  return typeof edited === 'string' ? withOutput(host, id, saved?.command ?? 'iptables-save', edited) : edited.error;
}

interface RuleChange {
  readonly table: TableName;
  readonly operation: '-A' | '-I' | '-D';
  readonly chain: string;
  readonly position: number | undefined;
  /** What follows the chain: matches and target. */
  readonly body: string;
}

function readRuleChange(rule: string): RuleChange | string {
  const { words, open } = splitWords(rule.replace(/^\s*ip6?tables\s+/, ''));
  const text = rule.replace(/^\s*ip6?tables\s+/, '');
  if (open) return `"${rule}": a quote is not closed`;
  let at = 0;
  let table: TableName = 'filter';
  if (words[at]?.text === '-t' || words[at]?.text === '--table') {
    const name = words[at + 1]?.text ?? '';
    if (!isTableName(name)) return `"${name}" is not a table of iptables`;
    table = name;
    at += 2;
  }
  const operation = { '-A': '-A', '--append': '-A', '-I': '-I', '--insert': '-I', '-D': '-D', '--delete': '-D' }[
    words[at]?.text ?? ''
  ] as RuleChange['operation'] | undefined;
  const chain = words[at + 1]?.text;
  if (!operation || chain === undefined) return `"${rule}" is not [-t TABLE] -A|-I|-D CHAIN RULE`;
  at += 2;
  const numbered = operation !== '-A' && /^\d+$/.test(words[at]?.text ?? '');
  const position = numbered ? Number(words[at++]?.text) : undefined;
  return { table, operation, chain, position, body: text.slice(words[at]?.start ?? text.length).trim() };
}

/** Listings as a dump, so that a rule can be added where iptables would add it. */
function dumpOf(tables: readonly KnownTable[]): string {
  return tables
    .map(({ table }) => {
      const chains = [...table.chains.values()];
      const declared = chains.map((chain) => `:${chain.name} ${chain.policy ?? '-'} [0:0]`);
      const rules = chains.flatMap((chain) => chain.rules.map((rule) => rule.text));
      return [`*${table.name}`, ...declared, ...rules, 'COMMIT', ''].join('\n');
    })
    .join('');
}

function editDump(text: string, change: RuleChange): string | { error: string } {
  const lines = text.split('\n');
  let start = lines.indexOf(`*${change.table}`);
  if (start < 0) {
    if (lines.at(-1) === '') lines.pop();
    start = lines.length;
    lines.push(`*${change.table}`, `:${change.chain} ACCEPT [0:0]`, 'COMMIT', '');
  }
  const stop = lines.indexOf('COMMIT', start);
  const inTable = (at: number): boolean => at > start && at < stop;
  const rules = lines.flatMap((line, at) => (inTable(at) && ruleOf(line, change.chain) !== undefined ? [at] : []));
  const declared = lines.findIndex((line, at) => inTable(at) && line.startsWith(`:${change.chain} `));
  const rule = `-A ${change.chain} ${change.body}`;
  if (change.operation === '-D') {
    const at =
      change.position === undefined
        ? rules.find((line) => ruleOf(lines[line] ?? '', change.chain) === change.body)
        : rules[change.position - 1];
    if (at === undefined) return { error: `there is no such rule in ${change.table} ${change.chain}` };
    lines.splice(at, 1);
    return lines.join('\n');
  }
  if (declared < 0) lines.splice(start + 1, 0, `:${change.chain} ACCEPT [0:0]`);
  const shift = declared < 0 ? 1 : 0;
  const before = change.operation === '-I' ? rules[(change.position ?? 1) - 1] : undefined;
  const last = rules.at(-1);
  lines.splice((before ?? (last === undefined ? stop : last + 1)) + shift, 0, rule);
  return lines.join('\n');
}

/** The body of a rule of `chain`, without counters; undefined for another line. */
function ruleOf(line: string, chain: string): string | undefined {
  const bare = line.replace(/^\[\d+:\d+\]\s*/, '');
  const head = `-A ${chain}`;
  if (!bare.startsWith(head) || (bare.length > head.length && bare[head.length] !== ' ')) return undefined;
  return bare.slice(head.length).trim();
}
