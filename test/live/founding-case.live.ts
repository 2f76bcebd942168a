import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { assertSeen, EXPERIMENTS, STRICT_WORKER } from '../kernel/networks/experiments';
import { ORACLE, published, titleOf } from '../kernel/networks/oracle-table';
import { liveRows, type Row } from './rows';

const experiments = EXPERIMENTS.map((experiment): Row => {
  const [worker, master] = experiment.rpFilter ?? STRICT_WORKER;
  return {
    title: experiment.title,
    rpFilter: { worker, master },
    masquerade: experiment.masquerade ?? false,
    question: { from: experiment.from.replace(' ', '/'), to: experiment.to },
    verify: (seen) => {
      assertSeen(experiment, seen);
    },
  };
});

const oracle = ORACLE.map((row): Row => ({
  title: titleOf(row),
  rpFilter: row,
  masquerade: row.masquerade,
  question: { from: 'worker', to: '10.0.0.103:80' },
  verify: (seen, tunnel) => {
    assert.equal(published(seen, tunnel), row.published);
  },
}));

describe('read over SSH, traced, and tried', { concurrency: 3 }, () => {
  liveRows("the founding document's experiments", { site: 'document' }, experiments);
  liveRows("the oracle's table over udp", { site: 'oracle', tunnel: 'udp' }, oracle);
  liveRows("the oracle's table over vxlan", { site: 'oracle', tunnel: 'vxlan' }, oracle);
});
