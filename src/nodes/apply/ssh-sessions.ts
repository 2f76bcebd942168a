import { readSshConnection, type SshSession } from '../../core/plan/ssh-session';
import type { ConnectTo } from './options';

const LIMIT_MS = 10_000;

/** How each node is reached: sshd tells the other end of the connection to the command that it runs. */
export async function sshSessions(
  nodes: readonly string[],
  connectTo: ConnectTo,
  signal: AbortSignal,
): Promise<SshSession[]> {
  const sessions = await Promise.all(
    nodes.map(async (node) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
      const connection = await connectTo(node, signal);
      try {
        const { stdout } = await connection.exec('echo "$SSH_CONNECTION"', { signal: limit, maxBytes: 1000 });
        return readSshConnection(node, String(stdout));
      } finally {
        await connection.close();
      }
    }),
  );
  return sessions.filter((session) => session !== undefined);
}
