import type { ConfiguredNode } from './configured-node';
import type { ConfigReader } from './ssh/config-values';
import type { ConnectOptions } from './ssh/connect';
import type { Connection } from './ssh/connection';
import { checkName, checkPort, type Destination } from './ssh/destination';
import type { LocalUser } from './ssh/local-user';
import { type Overrides, Resolver } from './ssh/resolve';

export interface NodeConnectOptions extends Omit<ConnectOptions, 'signal'> {
  readonly config: ConfigReader;
  readonly me: LocalUser;
}

/** Makes a new connection to a node. Rejects with an SshError. */
export async function connectNode(
  node: ConfiguredNode,
  { config, me, ...options }: NodeConnectOptions,
  signal: AbortSignal,
): Promise<Connection> {
  const { name } = node;
  const settings = await new Resolver(config, me, signal).resolve(destinationOf(node), overridesOf(node));
  // ssh2 takes longer to load than all the rest: it waits until there is something to connect to.
  const { connect } = await import('./ssh/connect');
  return connect({ ...settings, name }, { ...options, signal });
}

function destinationOf({ name, host = name, port, user }: ConfiguredNode): Destination {
  return {
    host: checkName('host', host),
    ...(user !== undefined && { user: checkName('user', user) }),
    ...(port !== undefined && { port: checkPort(port) }),
  };
}

function overridesOf({ identityFile, proxyJump }: ConfiguredNode): Overrides {
  return { ...(identityFile !== undefined && { identityFile }), ...(proxyJump !== undefined && { proxyJump }) };
}
