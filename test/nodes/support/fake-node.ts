import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import ssh2 from 'ssh2';

export interface KeyPair {
  readonly private: string;
  readonly public: string;
}

/** Fresh keys are slow to make, above all RSA: one of each serves all tests of a kind. */
export function keyPair(type: 'ed25519' | 'ecdsa' = 'ed25519', passphrase?: string): KeyPair {
  const encrypted = passphrase === undefined ? {} : { cipher: 'aes256-ctr', passphrase, rounds: 1 };
  const options = { comment: 'test', ...encrypted };
  for (;;) {
    const pair =
      type === 'ed25519'
        ? ssh2.utils.generateKeyPairSync('ed25519', options as never)
        : ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256, ...options } as never);
    // Of two hundred that ssh2 makes, one is malformed: ssh-keygen cannot read it either.
    if (!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error)) return pair;
  }
}

export function blobOf(key: KeyPair): Buffer {
  return Buffer.from(key.public.split(' ')[1] ?? '', 'base64');
}

export interface FakeNodeOptions {
  readonly hostKeys: readonly KeyPair[];
  /** Decides on each attempt to log in; default: everybody is let in. */
  readonly authenticate?: (context: ssh2.AuthContext) => void;
  readonly exec?: (channel: ssh2.ServerChannel, command: string) => void;
  /** Never answers the request to run a command. */
  readonly silent?: boolean;
  readonly banner?: string;
  /** Connections to other hosts, for jumps. */
  readonly forward?: (to: { readonly host: string; readonly port: number }, accept: () => ssh2.ServerChannel) => void;
}

/** An SSH server in this process, for what a real one is hard to be made to do. */
export class FakeNode {
  /** The methods that clients tried to log in by. */
  readonly attempts: string[] = [];
  readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: ssh2.Server,
    readonly port: number,
  ) {}

  static async start(options: FakeNodeOptions): Promise<FakeNode> {
    const { hostKeys, banner } = options;
    const server = new ssh2.Server({
      hostKeys: hostKeys.map((key) => key.private),
      ...(banner !== undefined && { banner }),
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const node = new FakeNode(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (context) => {
        node.attempts.push(context.method);
        if (options.authenticate) options.authenticate(context);
        else context.accept();
      });
      client.on('session', (accept) => {
        const session = accept();
        session.on('exec', (acceptExec, _reject, info) => {
          if (options.silent) return;
          // All that is said at once goes out at once, as under load.
          for (const socket of node.sockets) socket.cork();
          options.exec?.(acceptExec(), info.command);
          process.nextTick(() => {
            for (const socket of node.sockets) socket.uncork();
          });
        });
        session.on('signal', (acceptSignal) => {
          // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- absent where no reply is wanted
          acceptSignal?.();
        });
      });
      client.on('tcpip', (accept, _reject, info) => {
        options.forward?.({ host: info.destIP, port: info.destPort }, accept);
      });
    });
    // The net.Server that it is made of.
    (server as unknown as { _srv: NodeJS.EventEmitter })._srv.on('connection', (socket: Socket) => {
      node.sockets.add(socket);
      socket.on('close', () => node.sockets.delete(socket));
    });
    return node;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }
}
