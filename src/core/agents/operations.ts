import type { Operation } from '../plan/operation';
import type { Cluster } from '../snapshot/cluster';
import { Configuration } from './configuration';
import type { AgentChange, AgentEffect, AgentPlanned, AgentPrediction } from './change';
import { changeEffects } from './effects';
import { formOf, placeName } from './form';
import { predictFlannel } from './flannel/predict';
import { ignoredFlags } from './kube-proxy/ignored-flags';
import { predictKubeProxy } from './kube-proxy/predict';
import { isAbsent, pathOf, sourceOf } from './texts';
import { withText } from './with-text';

export type { AgentEffect, AgentPlanned, AgentPrediction } from './change';

/** What a change of an agent's configuration comes down to on its node, and what follows from it. */
export interface AgentOperations {
  /** In order: the configuration, then the restart that makes it take effect. */
  readonly operations: readonly Operation[];
  /** What is worst first. */
  readonly effects: readonly AgentEffect[];
}

/** The error is a sentence: what was not read, or what the agent itself would refuse. */
export function agentOperations(
  cluster: Cluster,
  node: string,
  change: AgentPlanned,
): AgentOperations | { readonly error: string } {
  const made = makeChange(cluster, node, change);
  if ('error' in made) return made;
  const operations = [...operationsOf(change, made), ...restarts(change, made.before.form.agent)];
  return { operations, effects: changeEffects(made) };
}

/** The cluster as it would be once the agent has started with the change and has done its work. */
export function predictAgent(
  cluster: Cluster,
  node: string,
  change: AgentPlanned,
): AgentPrediction | { readonly error: string } {
  const made = makeChange(cluster, node, change);
  if ('error' in made) return made;
  const written = withText(cluster, node, change.in, made.after.text, made.source);
  return change.kind === 'kube-proxy' ? predictKubeProxy(written, made) : predictFlannel(written, made);
}

function makeChange(cluster: Cluster, node: string, change: AgentPlanned): AgentChange | { readonly error: string } {
  if (!cluster.node(node)) return { error: `there is no node "${node}" in the snapshot` };
  const place = placeName(change.in);
  const source = sourceOf(cluster, node, change.in);
  if (!source && !isAbsent(cluster, node, change.in))
    return { error: `${place} of ${node} was not read: it holds a secret, or the node has to be read again` };
  const form = formOf(change.kind, change.in);
  const before = new Configuration(source?.text ?? form.empty, form);
  const edited = before.with(change.set);
  if ('error' in edited) return { error: `${place}: ${edited.error}` };
  if (source && edited.text === source.text) return { error: `${place} of ${node} has these values already` };
  const after = new Configuration(edited.text, form);
  const changed: AgentChange = { cluster, node, change, source, before, after };
  const ignored = change.kind === 'kube-proxy' ? ignoredFlags(changed) : undefined;
  return ignored === undefined ? changed : { error: ignored };
}

function operationsOf({ in: place }: AgentPlanned, { source, after }: AgentChange): Operation[] {
  const before = source?.text;
  if ('etcd' in place) return [{ kind: 'etcd', ...place.etcd, before, after: after.text }];
  if ('configMap' in place)
    return [{ kind: 'config-map', ...place.configMap, before: before ?? '', after: after.text }];
  const path = pathOf(place) ?? '';
  const file: Operation = { kind: 'file', path, before, after: after.text };
  // systemd goes by what it has read of a unit.
  const reload: Operation = { kind: 'restart', agent: 'systemd', argv: ['systemctl', 'daemon-reload'] };
  return /\/systemd\/system\/.*\.(service|conf)$/.test(path) ? [file, reload] : [file];
}

function restarts({ restart }: AgentPlanned, agent: string): Operation[] {
  return restart ? [{ kind: 'restart', agent: restart.includes('docker') ? 'dockerd' : agent, argv: restart }] : [];
}
