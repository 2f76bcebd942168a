import { formatSocket, parseAddress } from '../net/address';
import { parsePort, TCP } from '../net/protocol';
import type { Cluster } from '../snapshot/cluster';
import { likeliest } from '../trace/likeliest';
import type { Outcome } from '../trace/result';
import { trace, traceAfter } from '../trace/trace';
import type { Concern } from './compile';

/** The connection by which a node is reached, as sshd tells it in SSH_CONNECTION (ssh(1)). */
export interface SshSession {
  readonly node: string;
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
}

/** Reads `CLIENT PORT SERVER PORT`. */
export function readSshConnection(node: string, text: string): SshSession | undefined {
  const [client = '', clientPort = '', server = '', serverPort = ''] = text.trim().split(' ');
  const from = parsePort(clientPort);
  const to = parsePort(serverPort);
  if (!parseAddress(client) || !parseAddress(server) || from === undefined || to === undefined) return undefined;
  return { node, client, clientPort: from, server, serverPort: to };
}

/**
 * Whether a plan cuts the connection that it is applied through: the way of a new one is traced, from SYN to data in both
 * directions, which is also that of the packets of the one there is.
 */
export function sshConcerns(before: Cluster, after: Cluster, sessions: readonly SshSession[]): Concern[] {
  return sessions.flatMap((session) => {
    const question = questionOf(before, session);
    if (!question) return [];
    const was = trace(before, question);
    const is = traceAfter(before, after, question);
    if ('error' in was || 'error' in is) return [];
    const worked = was.value.outcomes.some(connects);
    const lost = is.value.outcomes.filter((one) => !connects(one));
    if (!worked || lost.length === 0) return [];
    const { node, client } = session;
    const one = likeliest({ outcomes: lost });
    const why = one ? reasonOf(one) : '';
    const all = lost.length === is.value.outcomes.length;
    const message = all
      ? `This cuts the SSH connection from ${client} that ${node} is reached by: ${why}.`
      : `This may cut the SSH connection from ${client} that ${node} is reached by, depending on what is not known: ${why}.`;
    return [{ severity: all ? 'error' : 'warning', change: undefined, message } as const];
  });
}

function connects({ verdict }: Outcome): boolean {
  return verdict === 'connected';
}

function reasonOf({ verdict, request, reply, ack, data }: Outcome): string {
  const leg = [request, reply, ack, data].find((one) => one && one.verdict !== 'delivered');
  const where = leg?.end.node ?? '';
  return `${leg?.reason ?? verdict}${where === '' ? '' : ` on ${where}`}`;
}

/** From the client as a host behind the interface by which the node answers it; a node of the cluster is itself. */
function questionOf(
  cluster: Cluster,
  session: SshSession,
): { from: string; to: string; sourcePort: number } | undefined {
  const client = parseAddress(session.client);
  const server = parseAddress(session.server);
  const host = cluster.node(session.node)?.host;
  if (!client || !server || !host) return undefined;
  const rest = { to: formatSocket(server, session.serverPort), sourcePort: session.clientPort };
  if (cluster.holders(client).length > 0) return { from: session.client, ...rest };
  const found = host.fib(client.family)?.lookup({
    dst: client,
    src: server,
    iif: 'lo',
    mark: 0,
    tos: 0,
    proto: TCP,
    sport: session.serverPort,
    dport: session.clientPort,
  });
  const device = found?.kind === 'route' ? found.hops[0]?.device : undefined;
  return device === undefined ? undefined : { from: `outside:${session.client}@${session.node}:${device}`, ...rest };
}
