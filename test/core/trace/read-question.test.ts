import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readQuestion } from '../../../src/core/trace/read-question';

suite('questions as they are typed or pasted', () => {
  for (const [text, asked] of [
    ['worker -> g4:80', { from: 'worker', to: 'g4:80' }],
    ['10.1.9.5 > 10.0.0.103:80/tcp', { from: '10.1.9.5', to: '10.0.0.103:80', protocol: 'tcp' }],
    [
      'worker/default/g4 → kube-dns.kube-system:53 UDP',
      { from: 'worker/default/g4', to: 'kube-dns.kube-system:53', protocol: 'udp' },
    ],
    ['worker->[fd00::1]:443', { from: 'worker', to: '[fd00::1]:443' }],
    ['root@worker:~# curl -v --max-time 3 http://10.0.0.103/', { to: '10.0.0.103:80', protocol: 'tcp' }],
    ['curl -k https://[fd00::1]/healthz', { to: '[fd00::1]:443', protocol: 'tcp' }],
    [
      // A line of the founding document's capture.
      '11:08:19.123456 IP 192.168.1.12.46826 > 10.1.63.3.80: Flags [S], seq 1, win 29200, length 0',
      { from: '192.168.1.12', to: '10.1.63.3:80', protocol: 'tcp', sourcePort: 46826 },
    ],
    [
      'IP 10.1.9.2 > 10.1.63.3: ICMP echo request, id 1, seq 1, length 64',
      { from: '10.1.9.2', to: '10.1.63.3', protocol: 'icmp' },
    ],
    ['worker', undefined],
    ['10.0.0.103:80', undefined],
    ['', undefined],
    ['-> g4', undefined],
    ['why does it not work', undefined],
  ] as const)
    test(text || 'nothing', () => {
      assert.deepEqual(readQuestion(text), asked);
    });
});
