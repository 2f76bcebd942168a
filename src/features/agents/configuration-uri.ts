import * as vscode from 'vscode';
import { type FoundConfiguration, foundConfigurations } from '../../core/agents/found';
import { placeName } from '../../core/agents/form';
import { sourceOf } from '../../core/agents/texts';
import type { Cluster } from '../../core/snapshot/cluster';
import type { ClusterStore } from '../clusters/cluster-store';

export const CONFIGURATION_SCHEME = 'hoplens-configuration';

/** A configuration of an open cluster, which its document stands for. */
export interface OpenConfiguration extends FoundConfiguration {
  readonly cluster: Cluster;
  readonly node: string;
  /** As it was read. */
  readonly text: string;
}

/** `hoplens-configuration:/worker/etc/kubernetes/proxy?{"cluster":"live","place":…}` */
export function configurationUri(clusterId: string, node: string, { change }: FoundConfiguration): vscode.Uri {
  const { in: place } = change;
  const path =
    'configMap' in place
      ? `/${place.configMap.namespace}/${place.configMap.name}/${place.configMap.entry}`
      : 'etcd' in place
        ? `${place.etcd.key}.json`
        : placeName(place);
  const query = JSON.stringify({ cluster: clusterId, node, change });
  return vscode.Uri.from({ scheme: CONFIGURATION_SCHEME, path: `/${node}${path}`, query });
}

/** What the document stands for; undefined where its cluster is not open, or has it no longer. */
export function openConfiguration(store: ClusterStore, uri: vscode.Uri): OpenConfiguration | undefined {
  if (uri.scheme !== CONFIGURATION_SCHEME) return undefined;
  const asked = readQuery(uri.query);
  const cluster = asked && store.get(asked.cluster)?.cluster;
  if (!asked || !cluster) return undefined;
  const found = foundConfigurations(cluster, asked.node).find(({ change }) => JSON.stringify(change) === asked.change);
  const source = found && sourceOf(cluster, asked.node, found.change.in);
  return source && { ...found, cluster, node: asked.node, text: source.text };
}

function readQuery(query: string): { cluster: string; node: string; change: string } | undefined {
  try {
    const { cluster, node, change } = JSON.parse(query) as Readonly<Record<string, unknown>>;
    if (typeof cluster !== 'string' || typeof node !== 'string') return undefined;
    return { cluster, node, change: JSON.stringify(change) };
  } catch {
    return undefined;
  }
}

/** The language of the editor for a configuration, whatever the file is called. */
export function languageOf({ change, text }: Pick<OpenConfiguration, 'change' | 'text'>): string {
  const { in: place } = change;
  if (/^\s*\{/.test(text)) return 'json';
  if ('config' in place || 'configMap' in place || /\.ya?ml$/.test(placeName(place))) return 'yaml';
  return /\.(service|conf)$/.test(placeName(place)) ? 'ini' : 'properties';
}
