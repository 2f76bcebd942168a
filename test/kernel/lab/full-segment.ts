import { pythonPath } from './agent';
import { command } from './command';
import type { Network } from './network';

/** What became of a full segment that one side of a new connection sent. */
export interface Carried {
  readonly arrived: boolean;
  /** The path MTU that the sender's kernel has in the end (IP_MTU of ip(7)). */
  readonly mtu: number;
}

/**
 * A program that sends so many bytes over `connection` in one segment, and waits until all of it was acknowledged or two
 * seconds of repetitions were in vain: TIOCOUTQ tells what is not (tcp(7)).
 */
const SEND = `
import fcntl, socket, struct, time
def unacknowledged(connection):
    return struct.unpack("i", fcntl.ioctl(connection, 0x5411, bytes(4)))[0]
def send(connection, size):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.send(b"x" * size)
    until = time.monotonic() + 2
    while unacknowledged(connection) > 0 and time.monotonic() < until:
        time.sleep(0.005)
    arrived = unacknowledged(connection) == 0
    print(int(arrived), connection.getsockopt(socket.IPPROTO_IP, 14), flush=True)
`;

/** A server of one connection, on a port that no other server of the network has; it sends where \`size\` is not 0. */
const SERVER = `${SEND}
server = socket.create_server(("0.0.0.0", PORT))
server.settimeout(10)
connection, _ = server.accept()
connection.settimeout(10)
if SIZE: send(connection, SIZE)
try:
    while connection.recv(65536): pass
except (ConnectionResetError, TimeoutError): pass
`;

/** Tries until the server is there. */
const CLIENT = `${SEND}
until = time.monotonic() + 10
while True:
    try:
        connection = socket.create_connection(("ADDRESS", PORT), 10)
        break
    except ConnectionRefusedError:
        if time.monotonic() > until: raise
        time.sleep(0.01)
if SIZE: send(connection, SIZE)
else:
    connection.settimeout(3)
    try: connection.recv(65536)
    except TimeoutError: pass
# What was lost is not to be repeated: the other side is reset.
connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
connection.close()
`;

const PORT = 8080;

/** Lets one side of a TCP connection send \`size\` bytes at once. */
export async function carry(
  network: Network,
  { client, server, address }: { client: string; server: string; address: string },
  from: 'client' | 'server',
  size: number,
): Promise<Carried> {
  const run = async (space: string, script: string, sends: boolean): Promise<string> => {
    const text = script
      .replaceAll('PORT', String(PORT))
      .replaceAll('ADDRESS', address)
      .replaceAll('SIZE', String(sends ? size : 0));
    const { stdout, stderr, code } = await command(
      ['ip', 'netns', 'exec', network.namespace(space), pythonPath(), '-'],
      text,
    );
    if (code !== 0) throw new Error(`${space}: ${stderr}`);
    return stdout;
  };
  const [served, sent] = await Promise.all([
    run(server, SERVER, from === 'server'),
    run(client, CLIENT, from === 'client'),
  ]);
  const [arrived, mtu] = (from === 'client' ? sent : served).trim().split(' ').map(Number);
  return { arrived: arrived === 1, mtu: mtu ?? 0 };
}
