import type { Operation } from '../../core/plan/operation';
import { commandLine, quote } from '../batch/quote';
import base from './node/base.sh';
import cluster from './node/cluster.sh';
import guard from './node/guard.sh';
import kinds from './node/kinds.sh';
import rules from './node/rules.sh';
import values from './node/values.sh';
import verbs from './node/verbs.sh';
import { operationScript } from './operation-script';

/** A change of a node. */
export interface NodeChange {
  /** Lower-case letters, digits and hyphens. */
  readonly id: string;
  readonly operations: readonly Operation[];
  /** Until the node takes it back. */
  readonly seconds: number;
  /** The first line of the node's journal about it. */
  readonly begin: string;
}

/** Where it is kept while it is open: what outlives a reboot, where it touches what does. Root's alone. */
export function folderOf({ id, operations }: NodeChange): string {
  return `${isPersistent(operations) ? '/var/lib' : '/run'}/hoplens/${id}`;
}

export function isPersistent(operations: readonly Operation[]): boolean {
  return operations.some(({ kind }) => kind === 'file' || kind === 'etcd' || kind === 'config-map');
}

/** The program that carries it out on the node, and that takes it back with nobody's help. */
export function nodeProgram(change: NodeChange): string {
  const scripts = change.operations.map(operationScript);
  const cases = scripts.map(({ kind, words }, at) => {
    const [name = '', ...rest] = kind.split(' ');
    return `    ${at + 1}) ${commandLine([name, ...rest])} "$1" ${commandLine([String(at + 1), ...words])} ;;\n`;
  });
  const commands = scripts.map(({ does, undoes }, at) =>
    [
      does === undefined ? '' : `does_${at + 1}() {\n  ${does}\n}\n`,
      undoes === undefined ? '' : `undoes_${at + 1}() {\n  ${undoes}\n}\n`,
    ].join(''),
  );
  const persistent = isPersistent(change.operations) ? 'yes' : '';
  return [
    '#!/bin/sh\n# A change by Hoplens: it is open until it is confirmed or reverted.\n',
    `id=${quote(change.id)} dir=${quote(folderOf(change))} count=${scripts.length}\n`,
    `seconds=${Math.ceil(change.seconds)} persistent=${persistent}\n`,
    ...[base, rules, values, cluster, kinds, guard, verbs],
    ...commands,
    `operation() {\n  case $2 in\n${cases.join('')}  esac\n}\n`,
    'mark=${2:-}\n"$1"\nexit\n',
  ].join('');
}

/** Programs of the system, before those that anybody has put in their way. */
const HEAD = `umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
trap '' HUP PIPE
`;

/** For sh's input: brings the change to the node, runs a verb of it, and then what comes after. */
export function sendAndRun(change: NodeChange, verb: 'check' | 'arm', mark: string): string {
  const folder = folderOf(change);
  const files = change.operations.flatMap((operation, at) =>
    Object.entries(operationScript(operation).files).map(([name, text]) => [`${at + 1}/${name}`, text] as const),
  );
  const writes = [...files, ['begin', `${change.begin}\n`] as const, ['change', nodeProgram(change)] as const].map(
    ([name, text]) => `printf %s ${quote(text)} >${quote(`${folder}/${name}`)} || fail\n`,
  );
  const folders = change.operations.map((_, at) => `${folder}/${at + 1}`);
  return script(`fail() {
  echo ${quote(mark)} failed 'it could not be brought there; see its disk'
  rm -rf ${quote(folder)}
  exit 1
}
mkdir -p ${quote(folder.replace(/\/[^/]*$/, ''))} || fail
mkdir ${quote(folder)} ${folders.map(quote).join(' ')} || fail
${writes.join('')}/bin/sh ${quote(`${folder}/change`)} ${verb} ${quote(mark)}
${verb === 'check' ? `rm -rf ${quote(folder)}\nrmdir ${quote(folder.replace(/\/[^/]*$/, ''))} 2>/dev/null\n` : ''}`);
}

/** For sh's input: runs a verb of a change that is there; in a session of its own, which does not end with this one's. */
export function runVerb(change: NodeChange, verb: 'apply' | 'confirm' | 'revert' | 'status', mark: string): string {
  const program = `${folderOf(change)}/change`;
  const journal = '/var/lib/hoplens/journal';
  // When it is over, only the journal knows of it.
  const result = `{"id":"${change.id}",.*"result":"\\([a-z ]*\\)","why":"\\([^"]*\\)".*`;
  return script(`if [ -e ${quote(program)} ]; then
  setsid /bin/sh ${quote(program)} ${verb} ${quote(mark)} &
  wait $!
else
  kept=$(readlink ${quote(`/run/hoplens/result-${change.id}`)})
  [ -z "$kept" ] || echo ${quote(mark)} result "$kept"
  sed -n ${quote(`s/^${result}/${mark} result \\1 \\2/p`)} ${journal} 2>/dev/null
  echo ${quote(mark)} gone
fi
`);
}

/** The braces have sh read all of it before anything is run: of a text that breaks off on its way nothing is. */
function script(lines: string): string {
  return `{\n${HEAD}${lines}exit 0\n}\n`;
}
