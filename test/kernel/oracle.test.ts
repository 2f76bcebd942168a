import assert from 'node:assert/strict';
import { it } from 'node:test';
import { check } from './lab/check';
import type { Network } from './lab/network';
import type { Observation } from './lab/observe';
import { onNetwork } from './lab/suite';
import { oracle, seenOn, setRpFilter } from './networks/founding-case';

/*
 * The published outcomes of the founding case (repro-tun.txt, and repro-vxlan.txt with the same outcomes). rp_filter of
 * worker and master is one number, or conf.all:eth0:tunnel; masq is `-o TUNNEL -j MASQUERADE` on the worker. Then where
 * the SYN was seen (worker tunnel, master tunnel, master docker0), where the SYN+ACK (master eth0, worker eth0, worker
 * tunnel), where rp_filter dropped (worker, master), and the address that the server saw.
 */
const PUBLISHED = `
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

function published(observation: Observation, tunnel: string): string {
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

async function setMasquerade(network: Network, tunnel: string, on: boolean): Promise<void> {
  const rule = `POSTROUTING -o ${tunnel} -j MASQUERADE`;
  await network.run('worker', `iptables -t nat -D ${rule} 2>/dev/null || true\n${on ? `nat ${rule}` : ''}`);
}

for (const [overlay, tunnel] of [
  ['tun', 'flannel0'],
  ['vxlan', 'flannel.1'],
] as const)
  onNetwork(`the oracle's table over ${overlay}`, oracle(overlay), (network) => {
    for (const row of PUBLISHED.trim().split('\n')) {
      const [settings = '', ...expected] = row.split('|').map((part) => part.trim());
      const [worker = '', master = '', masquerade] = settings.split(/\s+/);
      it(`rp_filter ${worker} on the worker, ${master} on the master${masquerade === '1' ? ', MASQUERADE' : ''}`, async () => {
        await setRpFilter(network(), 'worker', worker, tunnel);
        await setRpFilter(network(), 'master', master, tunnel);
        await setMasquerade(network(), tunnel, masquerade === '1');
        const observation = await check(network(), { from: 'worker', to: '10.0.0.103:80' });
        assert.equal(published(observation, tunnel), expected.join(' | '));
      });
    }
  });
