import type { AgentChange } from '../change';
import { runningAgents } from '../running';
import { unitCommand } from '../text/unit';

/** Flags that count beside --config (`cmd/kube-proxy/app/options.go`): what is no field of the file, and the name. */
const COUNTS: readonly string[] = ['config', 'hostnameOverride', 'master', 'cleanup', 'init-only', 'v', 'vmodule'];

/** Why flags would change nothing: kube-proxy is started with --config. */
export function ignoredFlags({ cluster, node, change, after }: AgentChange): string | undefined {
  if (!('flags' in change.in)) return undefined;
  const ignored = Object.keys(change.set).find((name) => !COUNTS.includes(after.find(name)?.name ?? name));
  if (ignored === undefined) return undefined;
  const own = after.values.get('config');
  const config = typeof own === 'string' && own !== '' ? own : configOfNode(cluster, node);
  if (config === undefined) return undefined;
  return `kube-proxy is started with --config=${config}, and passes over --${after.find(ignored)?.flag ?? ignored}: change that file`;
}

/** Of the process that runs, or of a unit. */
function configOfNode(cluster: AgentChange['cluster'], node: string): string | undefined {
  const host = cluster.node(node)?.host;
  if (!host) return undefined;
  const program = /(^|\/)(kube-proxy|hyperkube)$/;
  const units = Object.entries(host.record.outputs).flatMap(([id, { stdout }]) =>
    /^file:.*\.service$/.test(id) ? unitCommand(stdout, program).places : [],
  );
  const running = runningAgents(host)?.processes.filter(({ argv: [first = ''] }) => program.test(first)) ?? [];
  const commands = [...running.map(({ argv }) => argv), ...units.map(({ words }) => words.map(({ text }) => text))];
  for (const words of commands)
    for (const [at, word] of words.entries()) {
      const [, value] = /^--?config=(.+)$/.exec(word) ?? [];
      if (value !== undefined) return value;
      if (/^--?config$/.test(word)) return words[at + 1];
    }
  return undefined;
}
