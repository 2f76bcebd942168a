import * as vscode from 'vscode';

export const DUMP_SCHEME = 'hoplens';

/** An output of an open cluster, as a read-only document. */
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
    scheme: DUMP_SCHEME,
    path: `/${node}/${namespace}/${output}${endingOf(output)}`,
    query: clusterId,
  });
}

/** Undefined for an address of another form. */
export function dumpAddress(uri: vscode.Uri): DumpAddress | undefined {
  const [, node, namespace, output] =
    /^\/([^/]+)\/(.+)\/([^/]+?)\.(?:iptables|iptables-list|json|txt)$/.exec(uri.path) ?? [];
  if (uri.scheme !== DUMP_SCHEME || node === undefined || namespace === undefined || output === undefined)
    return undefined;
  return { clusterId: uri.query, node, namespace, output };
}

/** The ending gives the document its language. */
function endingOf(output: string): string {
  if (/^ip6?tables(-legacy)?-save$/.test(output)) return '.iptables';
  if (/^ip6?tables-list-/.test(output)) return '.iptables-list';
  return output === 'nft-ruleset' ? '.json' : '.txt';
}
