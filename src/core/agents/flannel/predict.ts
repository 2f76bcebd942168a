import type { Cluster } from '../../snapshot/cluster';
import type { AgentChange, AgentPrediction } from '../change';
import { Configuration } from '../configuration';
import { foundConfigurations } from '../found';
import { formOf, type Place } from '../form';
import type { Settings } from '../refusal';
import { runningAgents } from '../running';
import { sourceOf } from '../texts';
import { overlayNode } from './overlay-node';
import { flagRules, RULE_FLAGS } from './rules';
import { flanneldStarted } from './started';

/** What flanneld sets up from these is known exactly, for the backends that are. */
const EXACT: readonly string[] = [
  'Backend.Type',
  'Backend.VNI',
  'Backend.Port',
  'Backend.DirectRouting',
  'Backend.MTU',
  // Of what the device does with packets that no flanneld sends.
  'Backend.Learning',
];

/** The cluster once the flannelds that the change restarts have started with it; `started` have not been heard of yet. */
export function predictFlannel(cluster: Cluster, changed: AgentChange): AgentPrediction {
  const { change, node, before, after } = changed;
  const names = Object.keys(change.set).map((name) => after.find(name)?.name ?? name);
  const inert = names.every((name) => /Changes no packet's way\.$/.test(before.find(name)?.effect ?? ''));
  if ('flags' in change.in) {
    const isManifest = change.in.flags.startsWith('/etc/kubernetes/manifests/');
    if (inert || (!change.restart && !isManifest)) return { cluster };
    const config = networkConfigOf(cluster, node);
    if (names.every((name) => RULE_FLAGS.includes(name))) return flagRules(cluster, changed, config);
  }
  if ('flags' in change.in || 'docker' in change.in || 'subnetEnv' in change.in)
    return inert ? { cluster } : { cluster, unknown: `what ${before.form.agent} makes of it depends on its version` };
  const open = names.find((name) => !EXACT.includes(name));
  if (open !== undefined) return { cluster, unknown: `what flanneld makes of another ${open} is not predicted` };
  // Each flanneld sends to the port that it was started with, which is not seen from outside.
  if (after.backend === 'udp' && before.backend === 'udp' && names.includes('Backend.Port'))
    return { cluster, unknown: 'by which port a flanneld carries is not known before all have been restarted' };
  if (!change.restart) return { cluster };
  const all = 'configMap' in change.in && change.restart[0] === 'kubectl';
  const nodes = all ? cluster.nodes.map(({ name }) => name).filter((name) => overlayNode(cluster, name)) : [node];
  return nodes.reduce<AgentPrediction>(
    (made, name) => {
      const next = flanneldStarted(made.cluster, name, after.values);
      const started = new Map([...(made.started ?? []), ...(next.started ?? [])]);
      return { ...made, ...next, started };
    },
    { cluster },
  );
}

/** The cluster once a flanneld has been restarted alone: it takes what its network config says by then. */
export function predictFlanneldRestart(cluster: Cluster, node: string): AgentPrediction {
  const settings = networkConfigOf(cluster, node);
  if (!settings)
    return { cluster, unknown: `flannel's network config, which flanneld on ${node} reads, was not collected` };
  return flanneldStarted(cluster, node, settings);
}

/** What the flanneld of a node reads when it starts: of Kubernetes where it is told so, else of etcd. */
function networkConfigOf(cluster: Cluster, node: string): Settings | undefined {
  const nodes = [...cluster.nodes].sort((a, b) => Number(b.name === node) - Number(a.name === node));
  const places = nodes.flatMap(({ name }) =>
    foundConfigurations(cluster, name).flatMap(({ change }) =>
      change.kind === 'flannel' &&
      ('etcd' in change.in || 'configMap' in change.in || ('netConf' in change.in && name === node))
        ? [change.in]
        : [],
    ),
  );
  const host = cluster.node(node)?.host;
  const flanneld =
    host && runningAgents(host)?.processes.find(({ argv: [program = ''] }) => /(^|\/)flanneld$/.test(program));
  const ofKubernetes = flanneld?.argv.some((word) => /^--?kube-subnet-mgr(=true)?$/.test(word)) === true;
  const rank = (place: Place): number => ('etcd' in place === ofKubernetes ? 1 : 0) + ('netConf' in place ? 0.5 : 0);
  const [place] = places.sort((a, b) => rank(a) - rank(b));
  const text = place && sourceOf(cluster, node, place)?.text;
  return place && text !== undefined ? new Configuration(text, formOf('flannel', place)).values : undefined;
}
