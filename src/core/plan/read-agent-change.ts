import type { Fields } from './fields';
import type { AgentValues, FlannelPlanned, KubeProxyPlanned } from './plan';

/** Absolute, and nowhere up again. */
const PATH = /^(?!.*\/\.\.(\/|$))\/[\w.@:+/-]*[\w@+-]$/;

type ConfigMap = Extract<KubeProxyPlanned['in'], { readonly configMap: unknown }>;

/** The settings of an agent: where they lie, what they become, and how the agent is made to read them. */
export function readAgentChange(
  fields: Fields,
  kind: 'kube-proxy' | 'flannel',
): KubeProxyPlanned | FlannelPlanned | undefined {
  const place = fields.inner(kind);
  const set = fields.scalars('set');
  const restart = readRestart(fields);
  if (set && Object.keys(set).length === 0) fields.problem('set', 'at least one value is set');
  if (!place || !set) return undefined;
  const read = kind === 'kube-proxy' ? kubeProxyPlace(place, set, restart) : flannelPlace(place, set, restart);
  place.finish(`where ${kind} is configured`);
  return read;
}

type Restart = readonly string[] | undefined;

/** The words of the command that restarts an agent, where there is one. */
export function readRestart(fields: Fields): Restart {
  const restart = fields.texts('restart');
  if (restart?.[0]?.startsWith('-') === true) fields.problem('restart', `"${restart[0]}" is not a program`);
  if (restart?.length === 0) fields.problem('restart', 'a command has at least one word');
  return restart;
}

function kubeProxyPlace(place: Fields, set: AgentValues, restart: Restart): KubeProxyPlanned | undefined {
  const where = onlyOne(place, ['config', 'flags', 'configMap']);
  if (where === undefined) return undefined;
  if (where === 'configMap') {
    const found = configMap(place);
    return found && { kind: 'kube-proxy', in: found, set, restart };
  }
  const path = pathOf(place, where);
  if (path === undefined) return undefined;
  return { kind: 'kube-proxy', in: where === 'config' ? { config: path } : { flags: path }, set, restart };
}

function flannelPlace(place: Fields, set: AgentValues, restart: Restart): FlannelPlanned | undefined {
  const where = onlyOne(place, ['etcd', 'netConf', 'configMap', 'flags', 'subnetEnv', 'docker']);
  const of = (found: FlannelPlanned['in'] | undefined): FlannelPlanned | undefined =>
    found && { kind: 'flannel', in: found, set, restart };
  switch (where) {
    case undefined:
      return undefined;
    case 'configMap':
      return of(configMap(place));
    case 'etcd':
      return of(etcd(place));
    default: {
      const path = pathOf(place, where);
      return path === undefined ? undefined : of(flannelFile(where, path));
    }
  }
}

function flannelFile(where: 'netConf' | 'flags' | 'subnetEnv' | 'docker', path: string): FlannelPlanned['in'] {
  switch (where) {
    case 'netConf':
      return { netConf: path };
    case 'flags':
      return { flags: path };
    case 'subnetEnv':
      return { subnetEnv: path };
    case 'docker':
      return { docker: path };
  }
}

function onlyOne<T extends string>(place: Fields, names: readonly T[]): T | undefined {
  const given = names.filter((name) => place.has(name));
  if (given.length === 1) return given[0];
  place.problem(given[1] ?? '', `where is it configured? One of: ${names.join(', ')}`);
  return undefined;
}

function pathOf(place: Fields, name: string): string | undefined {
  return place.matching(name, PATH, 'an absolute path of a file');
}

function configMap(place: Fields): ConfigMap | undefined {
  const map = place.inner('configMap');
  if (!map) return undefined;
  const object = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
  const namespace = map.matching('namespace', object, 'the name of a namespace');
  const name = map.matching('name', object, 'the name of a ConfigMap');
  const entry = map.matching('entry', /^[\w.][\w.-]*$/, 'the name of an entry of a ConfigMap');
  map.finish('a ConfigMap');
  if (namespace === undefined || name === undefined || entry === undefined) return undefined;
  return { configMap: { namespace, name, entry } };
}

function etcd(place: Fields): FlannelPlanned['in'] | undefined {
  const fields = place.inner('etcd');
  if (!fields) return undefined;
  const api = fields.matching('api', /^[23]$/, 'an API of etcd: 2 or 3');
  const key = fields.matching('key', /^\/[\w./-]*\w$/, 'a key of etcd: /coreos.com/network/config');
  const endpoints = fields.texts('endpoints') ?? [];
  const wrong = endpoints.find((one) => !/^https?:\/\/[\w.[\]:-]+$/.test(one));
  if (wrong !== undefined) fields.problem('endpoints', `"${wrong}" is not http://ADDRESS:PORT or https://…`);
  fields.finish("flannel's key in etcd");
  if (api === undefined || key === undefined) return undefined;
  return { etcd: { api: api === '2' ? 2 : 3, key, endpoints } };
}
