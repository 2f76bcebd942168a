import { isObject } from '../core/text/json';

/** One entry of the setting `hoplens.nodes`, and of the file of `hoplens collect --json-config`. It has no secrets. */
export interface ConfiguredNode {
  /** What the user calls the node; unique. */
  readonly name: string;
  /** A host of ssh_config(5), or an address; undefined: as the name. What stands below goes before the configuration. */
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  /** A private key's file; no other key is tried then. */
  readonly identityFile?: string;
  /** As ProxyJump in ssh_config(5); `none` for none. */
  readonly proxyJump?: string;
}

const TEXTS = ['host', 'user', 'identityFile', 'proxyJump'] as const;

/** Takes what is well-formed of a list of nodes; of the rest it says what is wrong, a sentence each. */
export function readConfiguredNodes(value: unknown): { readonly nodes: ConfiguredNode[]; readonly problems: string[] } {
  const nodes: ConfiguredNode[] = [];
  const problems: string[] = [];
  if (!Array.isArray(value)) return { nodes, problems: ['The nodes are not a list: write [{ "name": "…" }].'] };
  for (const [at, entry] of value.entries()) {
    const read = readNode(entry);
    if (typeof read === 'string') problems.push(`Node ${at + 1} of the list: ${read}.`);
    else if (nodes.some(({ name }) => name === read.name))
      problems.push(`Node ${at + 1} of the list: there is another one named ${read.name}.`);
    else nodes.push(read);
  }
  return { nodes, problems };
}

function readNode(entry: unknown): ConfiguredNode | string {
  if (!isObject(entry)) return 'it is not an object: write { "name": "…" }';
  const { name, port } = entry;
  if (typeof name !== 'string' || !NAME.test(name))
    return '"name" is to be letters, digits, dots, hyphens and underscores';
  if (port !== undefined && !isPort(port)) return `${name}: "port" is a number from 1 to 65535`;
  const texts: Record<string, string> = {};
  for (const key of TEXTS) {
    const text = entry[key];
    if (text === undefined) continue;
    if (typeof text !== 'string' || text === '') return `${name}: "${key}" is not a text`;
    texts[key] = text;
  }
  return { name, ...(isPort(port) && { port }), ...texts };
}

/** It names files and is part of an ENDPOINT, where a slash or a colon would end it. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65535;
}
