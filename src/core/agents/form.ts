import type { FlannelPlanned, KubeProxyPlanned } from '../plan/plan';
import { FieldTable } from './field-table';
import { FLANNELD_FLAGS } from './flannel/flags';
import { K3S_FLANNEL_FIELDS } from './flannel/k3s';
import { DOCKER_FIELDS, SUBNET_ENV_FIELDS } from './flannel/follows';
import { NETWORK_CONFIG_FIELDS } from './flannel/network-config';
import { dockerRefusals, flanneldRefusals, networkConfigRefusals } from './flannel/refusals';
import { KUBE_PROXY_FIELDS } from './kube-proxy/fields';
import { KUBE_PROXY_ONLY_FLAGS } from './kube-proxy/other-fields';
import { kubeProxyFileRefusals, kubeProxyRefusals } from './kube-proxy/refusals';
import type { Refusal, Settings } from './refusal';
import { argumentsUnder } from './text/arguments';
import { EnvironmentText, type EnvironmentOptions } from './text/environment';
import { FlagText } from './text/flags';
import { manifestCommand } from './text/manifest';
import type { Syntax } from './text/setting';
import { TreeText } from './text/tree';
import { unitCommand } from './text/unit';

export type Place = KubeProxyPlanned['in'] | FlannelPlanned['in'];
/** First those that are met first. */
export const AGENTS = ['kube-proxy', 'flanneld', 'dockerd'] as const;
export type AgentName = (typeof AGENTS)[number];

/** What kind of text a configuration is: whose, with which fields, and how they stand in it. */
export interface Form {
  readonly agent: AgentName;
  readonly table: FieldTable;
  /** Fields, flags of a command, or variables. */
  readonly words: 'field' | 'flag' | 'variable';
  /** Whether flags stand without their dashes. */
  readonly dashless?: true;
  /** What a file that is not there yet begins as. */
  readonly empty: string;
  read(text: string): Syntax;
  refusals(settings: Settings): Refusal[];
}

const PROXY = new FieldTable(KUBE_PROXY_FIELDS);
const PROXY_FLAGS = new FieldTable([...KUBE_PROXY_FIELDS, ...KUBE_PROXY_ONLY_FLAGS]);
const NETWORK_CONFIG = new FieldTable(NETWORK_CONFIG_FIELDS, true);
const FLANNELD = new FieldTable(FLANNELD_FLAGS);
const K3S_FLANNEL = new FieldTable(K3S_FLANNEL_FIELDS);
const SUBNET_ENV = new FieldTable(SUBNET_ENV_FIELDS);
const DOCKER = new FieldTable(DOCKER_FIELDS);

const PROXY_CONFIG: Form = {
  agent: 'kube-proxy',
  table: PROXY,
  words: 'field',
  empty: '',
  read: (text) => new TreeText(text, PROXY),
  refusals: kubeProxyFileRefusals,
};

const FLANNEL_CONFIG: Form = {
  agent: 'flanneld',
  table: NETWORK_CONFIG,
  words: 'field',
  empty: '{}',
  read: (text) => new TreeText(text, NETWORK_CONFIG),
  refusals: networkConfigRefusals,
};

/** Of k3s and RKE2, which run kube-proxy, and k3s flannel, too, within themselves or by their own hand. */
const RANCHER = /^\/etc\/rancher\/(k3s|rke2)\/config\.yaml(\.d\/[^/]+\.yaml)?$/;

const RANCHER_PROXY: Form = {
  agent: 'kube-proxy',
  table: PROXY_FLAGS,
  words: 'flag',
  dashless: true,
  empty: '',
  read: (text) => new FlagText(text, PROXY_FLAGS, (source) => argumentsUnder(source, 'kube-proxy-arg')),
  refusals: kubeProxyRefusals,
};

const K3S: Form = {
  agent: 'flanneld',
  table: K3S_FLANNEL,
  words: 'field',
  empty: '',
  read: (text) => new TreeText(text, K3S_FLANNEL, true),
  refusals: () => [],
};

const SUBNET_FILE: Form = {
  agent: 'flanneld',
  table: SUBNET_ENV,
  words: 'variable',
  empty: '',
  read: (text) => new EnvironmentText(text, SUBNET_ENV, { variable: ({ name }) => name }),
  refusals: () => [],
};

const DOCKER_FILE: Form = {
  agent: 'dockerd',
  table: DOCKER,
  words: 'field',
  empty: '{}\n',
  read: (text) => new TreeText(text, DOCKER),
  refusals: dockerRefusals,
};

/** Programs by the first word of their command, and the variables that hold their flags. */
const COMMANDS = {
  'kube-proxy': {
    table: PROXY_FLAGS,
    program: /(^|\/)(kube-proxy|hyperkube)$/,
    environment: { flags: /PROXY/ } satisfies EnvironmentOptions,
    refusals: kubeProxyRefusals,
  },
  flanneld: {
    table: FLANNELD,
    program: /(^|\/)(flanneld|kube-flannel)$/,
    environment: {
      flags: /^FLANNELD?_(\w+_)?(OPTIONS|OPTS|ARGS)$/,
      // flagutil.SetFlagsFromEnv
      variable: ({ name }) => `FLANNELD_${name.toUpperCase().replaceAll('-', '_')}`,
    } satisfies EnvironmentOptions,
    refusals: flanneldRefusals,
  },
  dockerd: {
    table: DOCKER,
    program: /(^|\/)(dockerd|docker)$/,
    environment: { flags: /^(DOCKERD?_(\w+_)?(OPTIONS|OPTS|ARGS)|OPTIONS)$/ } satisfies EnvironmentOptions,
    refusals: dockerRefusals,
  },
} as const;

function commandForm(agent: AgentName, path: string): Form {
  const { table, program, environment, refusals } = COMMANDS[agent];
  const form = { agent, table, refusals, empty: '', words: 'flag' } as const;
  if (/\.(service|conf)$/.test(path))
    return { ...form, read: (text) => new FlagText(text, table, (source) => unitCommand(source, program)) };
  if (/\.(ya?ml|json|manifest)$/.test(path))
    return { ...form, read: (text) => new FlagText(text, table, (source) => manifestCommand(source, program)) };
  return { ...form, read: (text) => new EnvironmentText(text, table, environment) };
}

/** Which of them reads a file, if one does. */
export function rancherOf(path: string): 'k3s' | 'rke2' | undefined {
  return RANCHER.exec(path)?.[1] as 'k3s' | 'rke2' | undefined;
}

export function formOf(kind: 'kube-proxy' | 'flannel', place: Place): Form {
  const rancher = 'flags' in place ? rancherOf(place.flags) : undefined;
  if (rancher) return kind === 'flannel' ? K3S : RANCHER_PROXY;
  if ('flags' in place) return commandForm(kind === 'flannel' ? 'flanneld' : 'kube-proxy', place.flags);
  if ('docker' in place) return place.docker.endsWith('.json') ? DOCKER_FILE : commandForm('dockerd', place.docker);
  if ('subnetEnv' in place) return SUBNET_FILE;
  return kind === 'kube-proxy' ? PROXY_CONFIG : FLANNEL_CONFIG;
}

/** Where it is, for people: a path, a key, or a ConfigMap with its entry. */
export function placeName(place: Place): string {
  if ('etcd' in place) return place.etcd.key;
  if ('configMap' in place) {
    const { namespace, name, entry } = place.configMap;
    return `ConfigMap ${namespace}/${name}, ${entry}`;
  }
  return Object.values(place as Readonly<Record<string, string>>)[0] ?? '';
}
