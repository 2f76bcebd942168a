import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { withOutputText } from '../../../src/core/plan/edited';
import { trace } from '../../../src/core/trace/trace';
import { demoClusters } from '../../support/demo';

const PLACE = { node: 'worker', namespace: 'host', output: 'iptables-list-nat' };

suite('a cluster with an output that was edited', () => {
  test('is traced with it, and the cluster itself is as before', async () => {
    const { second } = await demoClusters();
    const text = second.node('worker')?.host?.output(PLACE.output)?.stdout ?? '';
    const rule = '    0     0 MASQUERADE  all  --  *      flannel0  0.0.0.0/0            0.0.0.0/0\n';
    const edited = withOutputText(second, PLACE, text.replace(/(Chain POSTROUTING.*\n.*\n)/, `$1${rule}`));
    const answer = (of: typeof second): string => {
      const traced = trace(of, { from: 'worker', to: '10.0.0.103:80' });
      return 'value' in traced ? traced.value.answer : traced.error;
    };
    assert.match(answer(edited), /connects; the server sees 10\.1\.9\.0/);
    assert.match(answer(second), /gets no reply/);
  });

  test('an output that is not there is not made', async () => {
    const { second } = await demoClusters();
    const edited = withOutputText(second, { ...PLACE, output: 'ipset-save' }, 'create x hash:ip');
    assert.equal(edited.node('worker')?.host?.output('ipset-save'), undefined);
  });
});
