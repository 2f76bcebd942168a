import { suite } from 'node:test';
import type { NodeRecord } from '../../../../src/core/snapshot/format';
import { kubeProxyRules, machine, type Machine, serviceRules } from '../../../support/machines';
import { testReported } from '../../../support/reported';

/* Routes that lead elsewhere than people believe. */

/** Three nodes of one LAN with host-gw routes; `changes` are what one of them has otherwise. */
function gateways(changes: Readonly<Record<string, Partial<Machine>>> = {}): NodeRecord[] {
  const all = ['one', 'two', 'three'];
  return all.map((name, at) =>
    machine(name, {
      links: [`eth0 172.16.0.${at + 1}/24`, `cni0 10.97.${at}.1/24`],
      routes: [
        'default via 172.16.0.254 dev eth0',
        `172.16.0.0/24 dev eth0 proto kernel scope link src 172.16.0.${at + 1}`,
        ...all.map((_, other) =>
          other === at
            ? `10.97.${at}.0/24 dev cni0 proto kernel scope link src 10.97.${at}.1`
            : `10.97.${other}.0/24 via 172.16.0.${other + 1} dev eth0`,
        ),
      ],
      pods: { [`default/pod-${name}`]: { address: `10.97.${at}.2/24`, bridge: 'cni0' } },
      ...changes[name],
    }),
  );
}

suite('reported: routes', () => {
  testReported("a route of an earlier flannel leads a node's own pod subnet to another node", {
    nodes: gateways({
      two: {
        routes: [
          'default via 172.16.0.254 dev eth0',
          '172.16.0.0/24 dev eth0 proto kernel scope link src 172.16.0.2',
          '10.97.0.0/24 via 172.16.0.1 dev eth0',
          '10.97.1.0/24 via 172.16.0.3 dev eth0',
          '10.97.1.0/24 dev cni0 proto kernel scope link src 10.97.1.1',
          '10.97.2.0/24 via 172.16.0.3 dev eth0',
        ],
      },
    }),
    ask: { from: 'two', to: '10.97.1.2:80' },
    verdict: 'dropped',
    code: 'pod-route-stale',
    on: 'two',
    says: ['"10.97.1.0/24 via 172.16.0.3 dev eth0"', 'to three', 'its own pod subnet', 'dev cni0'],
    cites: ['10.97.1.0/24 via 172.16.0.3', '10.97.1.0/24 dev cni0'],
    fix: 'ip route del 10.97.1.0/24 via 172.16.0.3 dev eth0',
  });

  testReported('a node lacks the route to the pod subnet of another', {
    nodes: gateways({
      one: {
        routes: [
          'default via 172.16.0.254 dev eth0',
          '172.16.0.0/24 dev eth0 proto kernel scope link src 172.16.0.1',
          '10.97.0.0/24 dev cni0 proto kernel scope link src 10.97.0.1',
          '10.97.1.0/24 via 172.16.0.2 dev eth0',
        ],
      },
    }),
    ask: { from: 'pod:default/pod-one', to: '10.97.2.2:80' },
    verdict: 'unroutable',
    code: 'pod-route-missing',
    on: 'one',
    says: ['no route to 10.97.2.0/24, the pod subnet of three', 'default via 172.16.0.254'],
    cites: ['default via 172.16.0.254'],
    fix: 'ip route add 10.97.2.0/24 via 172.16.0.3 dev eth0',
  });

  testReported("a provider's route to 10.0.0.0/8 covers the pod subnets", {
    nodes: gateways({
      one: {
        links: ['eth0 172.16.0.1/24', 'eth1 10.10.2.166/22', 'cni0 10.97.0.1/24'],
        routes: [
          'default via 172.16.0.254 dev eth0',
          '10.0.0.0/8 via 10.10.0.1 dev eth1',
          '10.10.0.0/22 dev eth1 scope link src 10.10.2.166',
          '172.16.0.0/24 dev eth0 proto kernel scope link src 172.16.0.1',
          '10.97.0.0/24 dev cni0 proto kernel scope link src 10.97.0.1',
        ],
      },
    }),
    ask: { from: 'pod:default/pod-one', to: '10.97.2.2:80' },
    verdict: 'unroutable',
    code: 'pod-route-overlapping',
    on: 'one',
    says: ['"10.0.0.0/8 via 10.10.0.1 dev eth1"', 'covers 10.97.2.0/24, the pod subnet of three'],
    cites: ['10.0.0.0/8 via 10.10.0.1'],
    fix: 'ip route add 10.97.2.0/24 via 172.16.0.3 dev eth0',
  });

  testReported('bird makes the service network a blackhole: a node is not asked for DNAT any more', {
    nodes: gateways({
      one: {
        rules: kubeProxyRules(serviceRules('dns', '10.96.0.10', 53, ['10.97.2.2:80'])),
        routes: [
          'default via 172.16.0.254 dev eth0',
          '172.16.0.0/24 dev eth0 proto kernel scope link src 172.16.0.1',
          '10.97.0.0/24 dev cni0 proto kernel scope link src 10.97.0.1',
          '10.97.2.0/24 via 172.16.0.3 dev eth0',
          'blackhole 10.96.0.0/23 proto bird',
        ],
      },
    }),
    ask: { from: 'one', to: '10.96.0.10:53' },
    verdict: 'unroutable',
    code: 'refused-route',
    on: 'one',
    says: ['blackhole 10.96.0.0/23 proto bird', 'before OUTPUT'],
    cites: ['blackhole 10.96.0.0/23'],
    fix: 'ip route del blackhole 10.96.0.0/23 proto bird',
  });

  testReported("a pod's address was moved, and its own route was not: the block of addresses is a blackhole", {
    nodes: [
      machine('two', {
        links: ['eth0 10.104.115.2/24'],
        routes: [
          'default via 10.104.115.254 dev eth0',
          '10.104.115.0/24 dev eth0 proto kernel scope link src 10.104.115.2',
          'blackhole 10.33.92.0/26 proto bird',
          '10.33.92.8 dev veth-other scope link',
        ],
        pods: { 'default/other': { address: '10.33.92.8/32' }, 'default/moved': { address: '10.33.92.9/32' } },
      }),
    ],
    ask: { from: 'two', to: '10.33.92.9:80' },
    verdict: 'unroutable',
    code: 'refused-route',
    on: 'two',
    says: ['blackhole 10.33.92.0/26', 'pod default/moved'],
    cites: ['blackhole 10.33.92.0/26 proto bird'],
    fix: null,
  });

  testReported("the network address of the pod subnet is flannel.1's own, and a broadcast address of cni0", {
    nodes: [
      machine('one', {
        links: ['eth0 172.16.0.1/24', 'cni0 10.187.2.1/24', 'flannel.1 10.187.2.0/32'],
        routes: [
          'default via 172.16.0.254 dev eth0',
          '172.16.0.0/24 dev eth0 proto kernel scope link src 172.16.0.1',
          '10.187.2.0/24 dev cni0 proto kernel scope link src 10.187.2.1',
          'local 172.16.0.1 dev eth0 table local proto kernel scope host src 172.16.0.1',
          'broadcast 10.187.2.0 dev cni0 table local proto kernel scope link src 10.187.2.1',
          'local 10.187.2.0 dev flannel.1 table local proto kernel scope host src 10.187.2.0',
        ],
      }),
    ],
    ask: { from: 'one', to: '10.187.2.0', protocol: 'icmp' },
    verdict: 'unroutable',
    code: 'broadcast-route',
    on: 'one',
    says: ['broadcast 10.187.2.0 dev cni0', 'local 10.187.2.0 dev flannel.1', 'comes behind'],
    cites: ['broadcast 10.187.2.0 dev cni0', 'local 10.187.2.0 dev flannel.1'],
    fix: 'ip route del broadcast 10.187.2.0 dev cni0 table local proto kernel scope link src 10.187.2.1',
  });

  testReported('an address of the node is in no local table: what is sent to it is not for the node', {
    nodes: [
      machine('one', {
        links: ['eth0 172.16.0.1/24', 'cni0 10.187.0.1/24', 'flannel.1 10.187.0.0/32'],
        routes: [
          'default via 172.16.0.254 dev eth0',
          '172.16.0.0/24 dev eth0 proto kernel scope link src 172.16.0.1',
          '10.187.0.0/24 dev cni0 proto kernel scope link src 10.187.0.1',
          'local 172.16.0.1 dev eth0 table local proto kernel scope host src 172.16.0.1',
          'local 10.187.0.1 dev cni0 table local proto kernel scope host src 10.187.0.1',
        ],
      }),
    ],
    ask: { from: 'one', to: '10.187.0.0', protocol: 'icmp' },
    verdict: 'unroutable',
    code: 'own-address-not-local',
    on: 'one',
    says: ['10.187.0.0', 'flannel.1', 'table local'],
    cites: ['inet 10.187.0.0/32'],
    fix: 'ip route add local 10.187.0.0 dev flannel.1 table local',
  });

  testReported('the pod was wired before its bridge was made anew: its cable ends beside it', {
    nodes: [
      machine('one', {
        links: ['eth0 172.16.0.1/24', 'cni0 172.27.1.1/24 mtu=1450'],
        routes: [
          'default via 172.16.0.254 dev eth0',
          '172.16.0.0/24 dev eth0 proto kernel scope link src 172.16.0.1',
          '172.27.1.0/24 dev cni0 proto kernel scope link src 172.27.1.1',
        ],
        pods: { 'kube-system/dns': { address: '172.27.1.5/24' } },
      }),
    ],
    ask: { from: 'one', to: '172.27.1.5:53', protocol: 'udp' },
    verdict: 'unroutable',
    code: 'pod-beside-bridge',
    on: 'one',
    says: ['172.27.1.5', 'veth-dns', 'no port of cni0'],
    cites: ['veth-dns@if2'],
    fix: null,
  });
});
