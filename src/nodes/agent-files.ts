import { readAgents } from '../core/agents/running';
import { fileOutput } from '../core/snapshot/file-output';
import { HOST, type PlannedProbe } from './plan';
import { probe } from './probes';

/** The files that the probe `agents` has found, each as it is. */
export function agentFilesPlan(agents: string): PlannedProbe[] {
  return readAgents(agents).files.map((path) => {
    const argv = ['cat', path];
    const file = probe(fileOutput(path), 'a file of configuration', argv, {
      scope: 'node',
      needsRoot: true,
      optional: true,
    });
    return { namespace: HOST, probe: file, forms: [argv], task: { attempts: [argv], root: true } };
  });
}
