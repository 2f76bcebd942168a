import { checkText, type Report, type Unreadable } from '../core/check';
import { type TextKind, kindOf } from '../core/kind';
import type { Problem } from '../core/problem';
import { parseSnapshot, type Snapshot } from '../core/snapshot/format';
import { CommandError, readText, type TextFile } from './files';

interface Checked {
  readonly file: string;
  readonly kind: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly (Problem & { readonly where?: string })[];
  readonly notSimulated: Report['notSimulated'];
  /** The file cannot be read at all. */
  readonly unreadable: boolean;
}

/** `hoplens check FILE…`: 0 all well, 1 problems, 2 something could not be read. */
export function check(
  files: readonly string[],
  json: boolean,
  print: (line: string) => void,
  complain: (line: string) => void,
): number {
  const all = files.map(checkFile);
  if (json) print(JSON.stringify(all, null, 2));
  for (const one of all) {
    const say = one.unreadable ? complain : print;
    if (!json && !one.unreadable) {
      const counts = Object.entries(one.counts).map(([name, count]) => `${count} ${name}`);
      print(`${one.file}: ${one.kind ?? ''}, ${counts.join(', ')}`);
    }
    if (json && !one.unreadable) continue;
    for (const problem of one.problems)
      say(
        `${one.file}:${problem.line}: ${problem.severity}: ${problem.where === undefined ? '' : `${problem.where}: `}${problem.message}`,
      );
    for (const { name, line, count } of one.notSimulated)
      say(`${one.file}:${line}: note: "${name}" is not simulated (${count} ${count === 1 ? 'rule' : 'rules'})`);
  }
  if (all.some((one) => one.unreadable)) return 2;
  return all.some((one) => one.problems.length > 0) ? 1 : 0;
}

function checkFile(file: string): Checked {
  let read: TextFile;
  try {
    read = readText(file);
  } catch (error) {
    // One file that cannot be read does not keep the others from being looked at.
    if (!(error instanceof CommandError)) throw error;
    return unreadable(file, { line: 1, message: error.message.replace(`${file}: `, '').replace(`${file}:1: `, '') });
  }
  const { text, problem } = read;
  if (kindOf(text) === 'snapshot' || /\.hoplens\.json(\.gz)?$/.test(file)) return checkSnapshot(file, text);
  const result = checkText(text);
  if ('message' in result) return unreadable(file, result);
  return { file, ...result, problems: problem ? [problem, ...result.problems] : result.problems, unreadable: false };
}

function unreadable(file: string, { line, message }: Unreadable): Checked {
  const problems = [{ severity: 'error' as const, line, message }];
  return { file, kind: null, counts: {}, problems, notSimulated: [], unreadable: true };
}

function checkSnapshot(file: string, text: string): Checked {
  const result = parseSnapshot(text);
  if ('error' in result) return unreadable(file, result.error);
  const problems: Checked['problems'][number][] = [];
  const notSimulated: Report['notSimulated'][number][] = [];
  let outputs = 0;
  for (const { where, id, stdout, failed } of outputsOf(result.snapshot)) {
    outputs++;
    if (failed !== undefined) problems.push({ severity: 'warning', line: 1, where, message: failed });
    const kind = kindOfProbe(id);
    if (kind === undefined || stdout.trim() === '') continue;
    const report = checkText(stdout, kind);
    if ('message' in report) problems.push({ severity: 'error', where, ...report });
    else {
      problems.push(...report.problems.map((problem) => ({ ...problem, where })));
      notSimulated.push(...report.notSimulated);
    }
  }
  const counts = {
    nodes: result.snapshot.nodes.length,
    namespaces: result.snapshot.nodes.reduce((sum, node) => sum + node.namespaces.length, 0),
    outputs,
  };
  return { file, kind: 'snapshot', counts, problems, notSimulated, unreadable: false };
}

function* outputsOf(
  snapshot: Snapshot,
): Generator<{ where: string; id: string; stdout: string; failed: string | undefined }> {
  for (const node of snapshot.nodes)
    for (const namespace of node.namespaces)
      for (const [id, output] of Object.entries(namespace.outputs)) {
        const failed =
          output.exitCode !== 0 && output.stdout.trim() === '' && !id.startsWith('curl')
            ? `"${output.command}" failed with exit code ${output.exitCode}: ${output.stderr.trim() || 'no message'}`
            : undefined;
        yield { where: `${node.name}/${namespace.name} ${id}`, id, stdout: output.stdout, failed };
      }
}

/** The kind of text that a probe prints; undefined for those that are not checked. */
function kindOfProbe(id: string): TextKind | undefined {
  if (/^ip6?tables(-legacy)?-save$/.test(id)) return 'iptables-save';
  if (/^ip6?tables-list-/.test(id)) return 'iptables-list';
  if (id.startsWith('tcpdump')) return 'tcpdump';
  if (id.startsWith('kubectl-')) return 'kubectl';
  return PROBES.get(id);
}

const PROBES: ReadonlyMap<string, TextKind> = new Map([
  ['ip-route', 'ip-route'],
  ['ip6-route', 'ip-route'],
  ['ip-rule', 'ip-rule'],
  ['ip6-rule', 'ip-rule'],
  ['ip-addr', 'ip-addr'],
  ['ip-link', 'ip-addr'],
  ['ip-neigh', 'ip-neigh'],
  ['bridge-fdb', 'bridge-fdb'],
  ['ipset-save', 'ipset-save'],
  ['nft-ruleset', 'nft-ruleset'],
  ['conntrack', 'conntrack'],
  ['ipvs', 'ipvs'],
  ['sysctl', 'sysctl'],
  ['resolv-conf', 'resolv-conf'],
  ['ss', 'ss'],
  ['flannel-subnet-env', 'flannel-subnet-env'],
  ['etcd-flannel', 'etcd-flannel'],
  ['etcd-registry', 'etcd-registry'],
]);
