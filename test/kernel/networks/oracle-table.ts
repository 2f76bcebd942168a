import type { Observation } from '../lab/observe';
import { seenOn } from './founding-case';

/*
 * The published outcomes of the founding case (repro-tun.txt, and repro-vxlan.txt with the same outcomes). rp_filter of
 * worker and master is one number, or conf.all:eth0:tunnel; masq is `-o TUNNEL -j MASQUERADE` on the worker. Then where
 * the SYN was seen (worker tunnel, master tunnel, master docker0), where the SYN+ACK (master eth0, worker eth0, worker
 * tunnel), where rp_filter dropped (worker, master), and the address that the server saw.
 */
const TABLE = `
0      0  0 | y y y | y y - | - - | 192.168.1.12
2      0  0 | y y y | y y - | - - | 192.168.1.12
1      0  0 | y y y | y y - | y - | timeout
0      2  0 | y y y | y y - | - - | 192.168.1.12
2      2  0 | y y y | y y - | - - | 192.168.1.12
1      2  0 | y y y | y y - | y - | timeout
0      1  0 | y y - | - - - | - y | timeout
2      1  0 | y y - | - - - | - y | timeout
1      1  0 | y y - | - - - | - y | timeout
0      0  1 | y y y | - - y | - - | 10.1.12.0
2      0  1 | y y y | - - y | - - | 10.1.12.0
1      0  1 | y y y | - - y | - - | 10.1.12.0
0      2  1 | y y y | - - y | - - | 10.1.12.0
2      2  1 | y y y | - - y | - - | 10.1.12.0
1      2  1 | y y y | - - y | - - | 10.1.12.0
0      1  1 | y y y | - - y | - - | 10.1.12.0
2      1  1 | y y y | - - y | - - | 10.1.12.0
1      1  1 | y y y | - - y | - - | 10.1.12.0
1:0:0  0  0 | y y y | y y - | y - | timeout
2:1:1  0  0 | y y y | y y - | - - | 192.168.1.12
0:1:0  0  0 | y y y | y y - | y - | timeout
0:0:1  0  0 | y y y | y y - | - - | 192.168.1.12
1:2:2  0  0 | y y y | y y - | - - | 192.168.1.12
`;

/** One of the rows. */
export interface OracleRow {
  /** rp_filter: one number, or conf.all:eth0:tunnel. */
  readonly worker: string;
  readonly master: string;
  readonly masquerade: boolean;
  /** As `published` tells an observation. */
  readonly published: string;
}

export const ORACLE: readonly OracleRow[] = TABLE.trim()
  .split('\n')
  .map((row) => {
    const [settings = '', ...expected] = row.split('|').map((part) => part.trim());
    const [worker = '', master = '', masquerade] = settings.split(/\s+/);
    return { worker, master, masquerade: masquerade === '1', published: expected.join(' | ') };
  });

export function titleOf({ worker, master, masquerade }: OracleRow): string {
  return `rp_filter ${worker} on the worker, ${master} on the master${masquerade ? ', MASQUERADE' : ''}`;
}

/** An observation in the words of the table. */
export function published(observation: Observation, tunnel: string): string {
  const { legs, counted } = observation;
  const marks = (...values: boolean[]): string => values.map((value) => (value ? 'y' : '-')).join(' ');
  const dropped = (space: string): boolean => (counted.get(space)?.['TcpExtIPReversePathFilter'] ?? 0) > 0;
  const server = observation.verdict === 'connected' ? observation.source?.split(':')[0] : 'timeout';
  return [
    marks(...[`worker ${tunnel}`, `master ${tunnel}`, 'master docker0'].map((place) => seenOn(legs.request, place))),
    marks(...['master eth0', 'worker eth0', `worker ${tunnel}`].map((place) => seenOn(legs.reply, place))),
    marks(dropped('worker'), dropped('master')),
    server,
  ].join(' | ');
}
