import * as vscode from 'vscode';
import { formatAddress, formatSocket } from '../../core/net/address';
import { protocolName } from '../../core/net/protocol';
import { portTitle, serviceTitle } from '../../core/kubernetes/service';
import { mainAddress } from '../../core/trace/endpoint';
import type { AskedText } from '../../core/trace/read-question';
import type { OpenCluster } from '../clusters/open-cluster';
import type { RecentQuestion } from './recent';

/** Something to pick in a question: an ENDPOINT of a cluster, and for a service also how it is reached. */
export interface EndpointChoice extends vscode.QuickPickItem {
  readonly open: OpenCluster;
  readonly endpoint: string;
  readonly protocol?: string;
}

/** A whole question to pick, or one of which only the origin is missing. */
export interface QuestionChoice extends vscode.QuickPickItem {
  readonly open: OpenCluster;
  readonly question: AskedText;
}

/** Where packets can start: nodes, then their pods and containers. */
export function origins(clusters: readonly OpenCluster[]): (EndpointChoice | vscode.QuickPickItem)[] {
  return clusters.flatMap((open) => [
    separator(open),
    ...open.cluster.nodes.flatMap((node) =>
      node.namespaces.map((namespace): EndpointChoice => {
        const address = mainAddress(namespace);
        const host = namespace.kind === 'host';
        return {
          label: `$(${host ? 'server' : 'package'}) ${host ? node.name : namespace.name}`,
          description: [
            address && formatAddress(address),
            host ? vscode.l10n.t('node') : vscode.l10n.t('{0} on {1}', namespace.kind, node.name),
          ]
            .filter((part) => part !== undefined)
            .join(' · '),
          open,
          endpoint: host ? node.name : `${node.name}/${namespace.name}`,
        };
      }),
    ),
  ]);
}

/** What packets can go to in one cluster: service ports first, then endpoints, pods and nodes. */
export function targets(open: OpenCluster): (EndpointChoice | vscode.QuickPickItem)[] {
  const { cluster } = open;
  const ports = cluster.services.flatMap((service) =>
    service.ports.flatMap((port): EndpointChoice[] => {
      const address = service.addresses[0];
      if (!address) return [];
      const socket = formatSocket(address, port.port);
      return [
        {
          label: `$(symbol-interface) ${serviceTitle(service)}`,
          description: `${socket} · ${portTitle(port)}`,
          open,
          endpoint: socket,
          protocol: protocolName(port.protocol),
        },
      ];
    }),
  );
  const endpoints = cluster.services.flatMap((service) =>
    service.ports.flatMap((port) =>
      port.endpoints.map((endpoint): EndpointChoice => {
        const socket = formatSocket(endpoint.address, endpoint.port);
        const node = cluster.nodeOf(endpoint.address)?.name;
        return {
          label: `$(package) ${socket}`,
          description: [vscode.l10n.t('endpoint of {0}', serviceTitle(service)), node]
            .filter((part) => part !== undefined)
            .join(' · '),
          open,
          endpoint: socket,
          protocol: protocolName(port.protocol),
        };
      }),
    ),
  );
  const title = (label: string): vscode.QuickPickItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    title(vscode.l10n.t('services')),
    ...ports,
    title(vscode.l10n.t('endpoints')),
    ...endpoints,
    title(vscode.l10n.t('nodes, pods and containers')),
    ...origins([open]).filter((item) => 'endpoint' in item),
  ];
}

function separator(open: OpenCluster): vscode.QuickPickItem {
  return { label: open.cluster.name, kind: vscode.QuickPickItemKind.Separator };
}

/** `worker → 10.0.0.103:80/tcp` */
export function questionText({ from, to, protocol }: AskedText): string {
  return `${from ?? '…'} → ${to}${protocol === undefined ? '' : `/${protocol}`}`;
}

/** Questions that were asked before, of the clusters that are open now. */
export function recentQuestions(
  recent: readonly RecentQuestion[],
  clusters: readonly OpenCluster[],
): vscode.QuickPickItem[] {
  const items = recent.flatMap(({ clusterUri, ...question }): QuestionChoice[] => {
    const open = clusters.find(({ uri }) => uri.toString() === clusterUri);
    if (!open) return [];
    return [{ label: `$(history) ${questionText(question)}`, description: open.cluster.name, open, question }];
  });
  if (items.length === 0) return [];
  return [{ label: vscode.l10n.t('asked before'), kind: vscode.QuickPickItemKind.Separator }, ...items];
}
