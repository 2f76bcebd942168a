import { suite } from 'node:test';
import type { NodeRecord } from '../../../../src/core/snapshot/format';
import { kubeProxyRules, machine, type Machine, serviceRules } from '../../../support/machines';
import { testReported } from '../../../support/reported';

/* Nodes with an interface for some of their pods, and policy rules for what those send. */

/** A node whose pod has an address of eth1's network, and answers by eth1 what stays within 192.168.0.0/16. */
function twoInterfaces(change: Partial<Machine> = {}): NodeRecord[] {
  return [
    machine('node', {
      links: ['eth0 192.168.10.5/24', 'eth1 192.168.20.5/24'],
      routes: [
        'default via 192.168.10.1 dev eth0',
        '192.168.10.0/24 dev eth0 proto kernel scope link src 192.168.10.5',
        '192.168.20.0/24 dev eth1 proto kernel scope link src 192.168.20.5',
        '192.168.20.77 dev veth-web scope link',
        'default via 192.168.20.1 dev eth1 table 2',
      ],
      routing: ['1536:\tfrom 192.168.20.77 to 192.168.0.0/16 lookup 2'],
      pods: { 'default/web': { address: '192.168.20.77/32' } },
      rules: kubeProxyRules(
        serviceRules('web', '10.100.0.7', 80, ['192.168.20.77:80'], { nodePort: 30080, plainNodePort: true }),
      ),
      ...change,
    }),
  ];
}

suite('reported: rp_filter and policy rules', () => {
  testReported('a NodePort whose pod has an address of another interface: the way back of the client is that one', {
    nodes: twoInterfaces({ sysctls: { 'net.ipv4.conf.eth0.rp_filter': 1 } }),
    ask: { from: 'outside:192.168.99.9@node:eth0', to: '192.168.10.5:30080' },
    verdict: 'dropped',
    code: 'asymmetric-return',
    on: 'node',
    says: ['192.168.99.9', 'eth0', 'rp_filter'],
    cites: ['net.ipv4.conf.eth0.rp_filter = 1'],
    fix: 'sysctl -w net.ipv4.conf.eth0.rp_filter=2',
  });

  testReported(
    'the mirror of it: a client of the Internet reaches the pod by its interface, whose way back is the first',
    {
      nodes: twoInterfaces({ sysctls: { 'net.ipv4.conf.all.rp_filter': 1 } }),
      ask: { from: 'outside:203.0.113.9@node:eth1', to: '192.168.20.77:80' },
      verdict: 'dropped',
      code: 'asymmetric-return',
      on: 'node',
      says: ['203.0.113.9', 'eth1', 'eth0'],
      cites: ['net.ipv4.conf.all.rp_filter = 1'],
      fix: 'sysctl -w net.ipv4.conf.eth1.rp_filter=2',
    },
  );

  testReported("the pod's reply to a NodePort leaves by the interface of its own address, not by the one it came to", {
    nodes: twoInterfaces(),
    ask: { from: 'outside:192.168.99.9@node:eth0', to: '192.168.10.5:30080' },
    verdict: 'connected',
    code: 'asymmetric-return',
    severity: 'warning',
    on: 'node',
    says: ['192.168.99.9', 'comes in on eth0', 'leads out of eth1'],
    cites: ['default via 192.168.20.1 dev eth1 table 2'],
    fix: null,
  });
});
