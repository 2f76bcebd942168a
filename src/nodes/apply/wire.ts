import { formatSocket, parseAddress } from '../../core/net/address';
import type { WirePath } from '../../core/plan/wire-paths';
import { commandLine } from '../batch/quote';
import program from './node/wire.sh';
import { messageOf } from '../ssh/errors';
import type { ApplicationOptions, ConnectTo } from './options';

/** What came of a connection that a node has tried to make. */
export type Tried =
  | { readonly came: 'connects' | 'refused' | 'fails'; readonly by: string }
  /** Nothing is there to try it with. */
  | { readonly came: 'untried' };

/** SYN is sent again after 1 and 3 s; then it is given up. */
const LIMIT_MS = 15_000;

/** Has a node make a connection. Rejects where the node cannot be reached. */
export async function tryOnWire(
  { node, address, port }: WirePath,
  connectTo: ConnectTo,
  signal: AbortSignal,
): Promise<Tried> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  const connection = await connectTo(node, limit);
  try {
    const { stdout } = await connection.exec(commandLine(['sh', '-s', address, String(port)]), {
      // The braces have sh read all of it before anything is run.
      input: `{\n${program}exit 0\n} </dev/null\n`,
      maxBytes: 10_000,
      signal: limit,
    });
    const [, by = '', came] = /^(\w+) (connects|refused|fails)$/m.exec(String(stdout)) ?? [];
    return came === 'connects' || came === 'refused' || came === 'fails' ? { came, by } : { came: 'untried' };
  } finally {
    await connection.close();
  }
}

/**
 * Tries paths when the last of the nodes is changed, and not before: until then they need not work. What it finds is told
 * in sentences; a path that does not work is the change's failure. One that is refused works: the refusal came back.
 */
export function wireVerifier(
  paths: readonly WirePath[],
  nodes: readonly string[],
  connectTo: ConnectTo,
  tell: (sentence: string) => void,
): NonNullable<ApplicationOptions['verify']> {
  const waiting = new Set(nodes);
  return async (changed, signal) => {
    for (const node of changed) waiting.delete(node);
    if (waiting.size > 0) return undefined;
    const said = await Promise.all(
      paths.map(async (path): Promise<{ readonly sentence: string; readonly fails?: boolean }> => {
        const title = `${path.node} → ${socketOf(path)}`;
        try {
          const tried = await tryOnWire(path, connectTo, signal);
          switch (tried.came) {
            case 'connects':
              return { sentence: `${title} was tried and connects.` };
            case 'refused':
              return { sentence: `${title} was tried and is answered, with a refusal: nothing listens there.` };
            case 'fails':
              return {
                sentence: `${title} was tried by ${tried.by} after the change, and does not connect.`,
                fails: true,
              };
            case 'untried':
              return { sentence: `${title} could not be tried: ${path.node} has none of bash, python3, nc and curl.` };
          }
        } catch (error) {
          return { sentence: `${title} could not be tried: ${messageOf(error)}` };
        }
      }),
    );
    for (const { sentence } of said) tell(sentence);
    return said.find(({ fails }) => fails)?.sentence;
  };
}

function socketOf({ address, port }: WirePath): string {
  const parsed = parseAddress(address);
  return parsed ? formatSocket(parsed, port) : `${address}:${port}`;
}
