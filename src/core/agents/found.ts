import type { FlannelPlanned, KubeProxyPlanned } from '../plan/plan';
import type { Cluster } from '../snapshot/cluster';
import type { NetworkNamespace } from '../snapshot/namespace';
import { jsonOf, readEtcd } from '../text/etcd';
import { type AgentName, AGENTS, formOf, type Place, placeName, rancherOf } from './form';
import { runningAgents } from './running';
import { etcdApi, keyAsked } from './texts';

/** A configuration of an agent that was read of a node. */
export interface FoundConfiguration {
  readonly agent: AgentName;
  /** What a plan calls the change, with its place. */
  readonly change:
    | { readonly kind: 'kube-proxy'; readonly in: KubeProxyPlanned['in'] }
    | { readonly kind: 'flannel'; readonly in: FlannelPlanned['in'] };
  /** What makes the agent take it; undefined where that is not known, or not needed. */
  readonly restart: readonly string[] | undefined;
}

type Change = FoundConfiguration['change'];

/** The configurations on a node that Hoplens can change, those of the agents that are found first. */
export function foundConfigurations(cluster: Cluster, node: string): FoundConfiguration[] {
  const host = cluster.node(node)?.host;
  if (!host) return [];
  const found = Object.keys(host.record.outputs).flatMap((id) => [...changesIn(host, id)]);
  return found
    .map((change) => {
      const { agent } = formOf(change.kind, change.in);
      return { agent, change, restart: restartOf(host, agent, change.in) };
    })
    .sort((a, b) => AGENTS.indexOf(a.agent) - AGENTS.indexOf(b.agent));
}

function* changesIn(host: NetworkNamespace, id: string): Generator<Change> {
  const output = host.output(id);
  if (!output) return;
  const [, path] = /^file:(\/.*)$/.exec(id) ?? [];
  const [, namespace = '', name = '', entry = ''] = /^config-map:([^/]+)\/([^/]+)\/(.+)$/.exec(id) ?? [];
  if (path !== undefined) yield* changesInFile(path, output.stdout);
  else if (entry.endsWith('.json')) yield { kind: 'flannel', in: { configMap: { namespace, name, entry } } };
  else if (entry !== '') yield { kind: 'kube-proxy', in: { configMap: { namespace, name, entry } } };
  else if (id === 'flannel-subnet-env' && !host.output('file:/run/flannel/subnet.env'))
    yield { kind: 'flannel', in: { subnetEnv: '/run/flannel/subnet.env' } };
  else if (id === 'etcd-flannel') {
    const config = readEtcd(output.stdout).find(({ value }) =>
      Object.keys(jsonOf(value) ?? {}).some((one) => /^network$/i.test(one)),
    );
    const key = config?.key === '' ? keyAsked(output) : config?.key;
    if (key !== undefined && key !== '')
      yield { kind: 'flannel', in: { etcd: { api: etcdApi(output), key, endpoints: [endpointOf(output.command)] } } };
  }
}

/** By what a file says, as its name may be any. */
function* changesInFile(path: string, text: string): Generator<Change> {
  const rancher = rancherOf(path);
  if (rancher) {
    yield { kind: 'kube-proxy', in: { flags: path } };
    if (rancher === 'k3s') yield { kind: 'flannel', in: { flags: path } };
  } else if (/^\s*kind:\s*["']?KubeProxyConfiguration/m.test(text)) yield { kind: 'kube-proxy', in: { config: path } };
  else if (/(^|\/)daemon\.json$/.test(path)) yield { kind: 'flannel', in: { docker: path } };
  else if (/^\s*\{[^]*"network"\s*:/i.test(text)) yield { kind: 'flannel', in: { netConf: path } };
  else if (/^FLANNEL_SUBNET=/m.test(text)) yield { kind: 'flannel', in: { subnetEnv: path } };
  else
    for (const change of [
      { kind: 'kube-proxy', in: { flags: path } },
      { kind: 'flannel', in: { flags: path } },
      { kind: 'flannel', in: { docker: path } },
    ] as const)
      if (holdsFlags(change, text)) yield change;
}

/** A command of the agent, or variables by the names that it has for them. */
function holdsFlags(change: Change, text: string): boolean {
  const { settings, problems } = formOf(change.kind, change.in).read(text);
  if (problems.length > 0) return false;
  const path = placeName(change.in);
  if (/\.(service|conf|ya?ml|json|manifest)$/.test(path)) return true;
  return settings.some(({ field }) => field) || NAMES[formOf(change.kind, change.in).agent].test(text);
}

const NAMES: Readonly<Record<AgentName, RegExp>> = {
  'kube-proxy': /^\s*(export\s+)?KUBE_?PROXY_\w*=/m,
  flanneld: /^\s*(export\s+)?FLANNELD?_(\w+_)?(OPTIONS|OPTS|ARGS)=/m,
  dockerd: /^\s*(export\s+)?DOCKERD?_(\w+_)?(OPTIONS|OPTS|ARGS)=/m,
};

function endpointOf(command: string): string {
  const [, scheme = 'http', socket] = /\b(?:(https?):\/\/)?((?:\d{1,3}\.){3}\d{1,3}:\d+)/.exec(command) ?? [];
  return `${scheme}://${socket ?? '127.0.0.1:2379'}`;
}

const DAEMON_SETS: Readonly<Record<AgentName, string>> = {
  'kube-proxy': 'kube-proxy',
  flanneld: 'kube-flannel-ds',
  dockerd: '',
};

/** What makes an agent of a node take its configuration; undefined where that is not known, or not needed. */
export function restartOf(host: NetworkNamespace, agent: AgentName, place: Place): readonly string[] | undefined {
  if ('configMap' in place)
    return ['kubectl', '-n', place.configMap.namespace, 'rollout', 'restart', `daemonset/${DAEMON_SETS[agent]}`];
  const path = placeName(place);
  // The kubelet does it.
  if (path.startsWith('/etc/kubernetes/manifests/')) return undefined;
  const rancher = rancherOf(path);
  if (rancher) return ['systemctl', 'restart', rancherUnit(host, rancher)];
  // What dockerd is given by flannel it reads anew; what flanneld writes itself is nobody's to restart for but dockerd's.
  const reader = 'subnetEnv' in place ? 'dockerd' : agent;
  const unit = unitOf(host, reader) ?? (path.endsWith('.service') ? path.replace(/^.*\//, '') : undefined);
  return unit === undefined ? undefined : ['systemctl', 'restart', unit.replace(/\.service$/, '')];
}

/** Servers and agents have units of their own. */
function rancherUnit(host: NetworkNamespace, program: 'k3s' | 'rke2'): string {
  const running = runningAgents(host)?.processes.find(({ unit }) => unit.startsWith(`${program}-agent.`));
  if (running) return `${program}-agent`;
  return program === 'k3s' ? 'k3s' : 'rke2-server';
}

/** The unit of the process that runs, or else one whose command is that of the agent. */
function unitOf(host: NetworkNamespace, agent: AgentName): string | undefined {
  const program = {
    'kube-proxy': /(^|\/)(kube-proxy|hyperkube)$/,
    flanneld: /(^|\/)flanneld$/,
    dockerd: /(^|\/)(dockerd|docker)$/,
  }[agent];
  const running = runningAgents(host)?.processes.find(({ argv: [first = ''] }) => program.test(first));
  if (running?.unit.endsWith('.service') === true) return running.unit;
  if (running?.unit === 'container') return undefined;
  const place: Change =
    agent === 'kube-proxy'
      ? { kind: 'kube-proxy', in: { flags: '.service' } }
      : { kind: 'flannel', in: agent === 'flanneld' ? { flags: '.service' } : { docker: '.service' } };
  for (const id of Object.keys(host.record.outputs)) {
    const [, name] = /^file:\/.*\/([^/]+\.service)$/.exec(id) ?? [];
    const text = name === undefined ? undefined : host.output(id)?.stdout;
    if (text !== undefined && formOf(place.kind, place.in).read(text).problems.length === 0) return name;
  }
  return undefined;
}
