import assert from 'node:assert/strict';
import { it } from 'node:test';
import { check } from './lab/check';
import { onNetwork } from './lab/suite';
import { oracle, setMasquerade, setRpFilter } from './networks/founding-case';
import { ORACLE, published, titleOf } from './networks/oracle-table';

for (const [overlay, tunnel] of [
  ['tun', 'flannel0'],
  ['vxlan', 'flannel.1'],
] as const)
  onNetwork(`the oracle's table over ${overlay}`, oracle(overlay), (network) => {
    for (const row of ORACLE)
      it(titleOf(row), async () => {
        await setRpFilter(network(), 'worker', row.worker, tunnel);
        await setRpFilter(network(), 'master', row.master, tunnel);
        await setMasquerade(network(), tunnel, row.masquerade);
        const observation = await check(network(), { from: 'worker', to: '10.0.0.103:80' });
        assert.equal(published(observation, tunnel), row.published);
      });
  });
