import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { answerOf } from '../../../src/core/trace/answer';
import type { Assumption, Finding, Leg, Outcome, PacketRecord, Verdict } from '../../../src/core/trace/result';

const PACKET: PacketRecord = {
  in: null,
  out: null,
  src: '10.1.9.0',
  dst: '10.1.63.3',
  proto: 'tcp',
  sport: 1,
  dport: 80,
  mark: 0,
};
const LEG: Leg = {
  verdict: 'delivered',
  end: { node: null, namespace: null, interface: null },
  reason: null,
  sent: PACKET,
  received: PACKET,
  steps: [],
  captures: [],
};

function outcome(verdict: Verdict, more: Partial<Outcome> = {}): Outcome {
  return {
    probability: 1,
    verdict,
    assumptions: [],
    request: LEG,
    reply: null,
    ack: null,
    data: null,
    findings: [],
    supportedBy: [],
    ...more,
  };
}

function assumption(node: string, key: string, value: string): Assumption {
  return { code: 'c', text: 't', node, key, value };
}

const FINDING: Finding = {
  code: 'asymmetric-return',
  severity: 'error',
  node: 'worker',
  title: 'strict rp_filter drops it on worker',
  message: 'long',
  evidence: [],
  fix: { title: 'Masquerade on worker', changes: [], effect: { verdict: 'connected', text: '' } },
};

function answer(...outcomes: Outcome[]): string {
  return answerOf('worker', 'g4', outcomes);
}

suite('the answer in one sentence', () => {
  test('where it connects: what the server sees', () => {
    assert.match(answer(outcome('connected')), /^worker → g4 connects.*10\.1\.9\.0/);
  });

  test('where it does not: why, and what to do', () => {
    const text = answer(outcome('no-reply', { findings: [FINDING] }));
    assert.match(text, /^worker → g4 gets no reply/);
    assert.ok(text.includes(FINDING.title) && text.includes('Masquerade on worker'));
  });

  test('a fix that was not seen to help is not named', () => {
    const useless: Finding = {
      ...FINDING,
      fix: { title: 'Pray', changes: [], effect: { verdict: 'dropped', text: '' } },
    };
    assert.ok(!answer(outcome('no-reply', { findings: [useless] })).includes('Pray'));
  });

  test('every verdict has its words', () => {
    const verdicts: Verdict[] = ['connected', 'no-reply', 'dropped', 'rejected', 'unroutable', 'loop', 'undetermined'];
    for (const verdict of verdicts) assert.match(answer(outcome(verdict)), /^worker → g4 [a-z ]+/);
  });

  test('where it depends on what is not known: on what', () => {
    const text = answer(
      outcome('connected', { assumptions: [assumption('worker', 'net.ipv4.conf.eth0.rp_filter', '0|2')] }),
      outcome('no-reply', {
        assumptions: [
          assumption('worker', 'net.ipv4.conf.eth0.rp_filter', '1'),
          assumption('master', 'net.ipv4.ip_forward', '1'),
        ],
      }),
    );
    assert.equal(
      text,
      'worker → g4: it depends on net.ipv4.conf.eth0.rp_filter of worker and net.ipv4.ip_forward of master, which the snapshot does not hold.',
    );
  });

  test('where something seen picks one: that one', () => {
    const seen = { node: 'n', namespace: 'host', output: 'curl', line: 1, text: 'x' };
    const text = answer(
      outcome('connected', { assumptions: [assumption('n', 'k', '0')] }),
      outcome('no-reply', { assumptions: [assumption('n', 'k', '1')], supportedBy: [seen], findings: [FINDING] }),
    );
    assert.match(text, /^worker → g4 gets no reply/);
  });

  test('where draws decide: how often which', () => {
    assert.match(
      answer(outcome('connected', { probability: 2 / 3 }), outcome('dropped', { probability: 1 / 3 })),
      /connects.*67 %.*33 %/,
    );
  });
});
