import * as vscode from 'vscode';
import { EDIT_SCHEME } from '../clusters/open-cluster';

export const DUMP_SCHEME = 'hoplens';
const EDITED = '~edited';

/** For the slashes of an output that is a file's: a path is split at the others. U+2215. */
const SLASH = '∕';

/** The id of a cluster's editable copy. */
export function editedId(clusterId: string): string {
  return clusterId.endsWith(EDITED) ? clusterId : `${clusterId}${EDITED}`;
}

/** The id of the cluster that an editable copy was made of. */
export function originalId(clusterId: string): string {
  return clusterId.endsWith(EDITED) ? clusterId.slice(0, -EDITED.length) : clusterId;
}

/** An output of an open cluster, as a document. */
export interface DumpAddress {
  readonly clusterId: string;
  readonly node: string;
  /** May contain slashes: `default/g4`. */
  readonly namespace: string;
  /** Probe id. */
  readonly output: string;
}

/** `hoplens:/worker/host/iptables-list-nat.iptables-list?second` */
export function dumpUri({ clusterId, node, namespace, output }: DumpAddress): vscode.Uri {
  return vscode.Uri.from({
    scheme: clusterId.endsWith(EDITED) ? EDIT_SCHEME : DUMP_SCHEME,
    path: `/${node}/${namespace}/${output.replaceAll('/', SLASH)}${endingOf(output)}`,
    query: clusterId,
  });
}

/** Undefined for an address of another form. */
export function dumpAddress(uri: vscode.Uri): DumpAddress | undefined {
  const [, node, namespace, output] =
    /^\/([^/]+)\/(.+)\/([^/]+?)\.(?:iptables|iptables-list|json|txt)$/.exec(uri.path) ?? [];
  const known = uri.scheme === DUMP_SCHEME || uri.scheme === EDIT_SCHEME;
  if (!known || node === undefined || namespace === undefined || output === undefined) return undefined;
  return { clusterId: uri.query, node, namespace, output: output.replaceAll(SLASH, '/') };
}

/** The ending gives the document its language. */
function endingOf(output: string): string {
  if (/^ip6?tables(-legacy)?-save$/.test(output)) return '.iptables';
  if (/^ip6?tables-list-/.test(output)) return '.iptables-list';
  return output === 'nft-ruleset' ? '.json' : '.txt';
}
