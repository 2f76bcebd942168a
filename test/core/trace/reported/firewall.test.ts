import { suite } from 'node:test';
import type { NodeRecord } from '../../../../src/core/snapshot/format';
import { kubeProxyRules, machine, type Machine, serviceRules } from '../../../support/machines';
import { testReported } from '../../../support/reported';

/* Rules that drop or refuse what should pass, and what they were meant for. */

const WEB = '10.96.0.20';

/** A node with two pods on a bridge, on a LAN with another node that is the host of a pod, too. */
function nodes(changes: { a?: Partial<Machine>; b?: Partial<Machine> } = {}): NodeRecord[] {
  const node = (name: string, own: number, other: number): NodeRecord =>
    machine(name, {
      links: [
        `eth0 192.168.5.${own}/24`,
        `flannel.1 10.1.${own}.0/32 mtu=1450 mac=02:00:00:00:00:${own}`,
        `cni0 10.1.${own}.1/24`,
      ],
      routes: [
        'default via 192.168.5.254 dev eth0',
        `192.168.5.0/24 dev eth0 proto kernel scope link src 192.168.5.${own}`,
        `10.1.${own}.0/24 dev cni0 proto kernel scope link src 10.1.${own}.1`,
        `10.1.${other}.0/24 via 10.1.${other}.0 dev flannel.1 onlink`,
      ],
      pods: { [`default/pod-${name}`]: { address: `10.1.${own}.2/24`, bridge: 'cni0' } },
      rules: kubeProxyRules(serviceRules('web', WEB, 80, ['10.1.69.2:80'])),
      ...(name === 'a' ? changes.a : changes.b),
      more: {
        'ip-neigh': `10.1.${other}.0 dev flannel.1 lladdr 02:00:00:00:00:${other} PERMANENT\n`,
        'bridge-fdb': `02:00:00:00:00:${other} dev flannel.1 dst 192.168.5.${other} self permanent\n`,
        'etcd-flannel': '/coreos.com/network/config\n{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan"}}\n',
        ...(name === 'a' ? changes.a : changes.b)?.more,
      },
    });
  return [node('a', 89, 69), node('b', 69, 89)];
}

const DOCKER_1_13 = [
  'filter -A FORWARD -j DOCKER-ISOLATION',
  'filter -A FORWARD -o docker0 -j DOCKER',
  'filter -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  'filter -A FORWARD -i docker0 ! -o docker0 -j ACCEPT',
  'filter -A FORWARD -i docker0 -o docker0 -j ACCEPT',
  'filter -A DOCKER -j RETURN',
  'filter -A DOCKER-ISOLATION -j RETURN',
];

suite('reported: a firewall', () => {
  testReported('Docker 1.13 sets the policy of FORWARD to DROP, and accepts nothing of the overlay', {
    nodes: nodes({ b: { rules: DOCKER_1_13, policies: ['filter FORWARD DROP'] } }),
    ask: { from: 'a', to: '10.1.69.2:80' },
    verdict: 'dropped',
    code: 'forward-policy-drop',
    on: 'b',
    says: ['policy of filter FORWARD', 'b'],
    cites: [':FORWARD DROP'],
    fix: 'iptables -t filter -A FORWARD -s 10.1.0.0/16 -j ACCEPT; iptables -t filter -A FORWARD -d 10.1.0.0/16 -j ACCEPT',
  });

  testReported("the rules of flannel come behind a host firewall's REJECT", {
    nodes: nodes({
      b: {
        rules: [
          'filter -A FORWARD -j REJECT --reject-with icmp-host-prohibited',
          'filter -A FORWARD -s 10.1.0.0/16 -j ACCEPT',
          'filter -A FORWARD -d 10.1.0.0/16 -j ACCEPT',
        ],
      },
    }),
    ask: { from: 'a', to: '10.1.69.2:80' },
    verdict: 'rejected',
    code: 'rejected-by-rule',
    on: 'b',
    says: ['rule 1 of filter FORWARD', /-s 10\.1\.0\.0\/16 -j ACCEPT, would let it pass and comes behind/],
    cites: ['-j REJECT --reject-with icmp-host-prohibited', '-A FORWARD -s 10.1.0.0/16 -j ACCEPT'],
    fix: 'iptables -t filter -I FORWARD 1 -s 10.1.0.0/16 -j ACCEPT',
  });

  testReported("a host firewall lets no tunnel in: VXLAN's port is not among those accepted", {
    nodes: nodes({
      b: {
        rules: ['filter -A INPUT -p tcp -m multiport --dports 22,6443,10250 -j ACCEPT'],
        policies: ['filter INPUT DROP'],
      },
    }),
    ask: { from: 'pod:default/pod-a', to: '10.1.69.2:80' },
    verdict: 'dropped',
    code: 'tunnel-blocked',
    on: 'b',
    says: ['VXLAN', 'UDP', '8472', '192.168.5.89', 'policy of filter INPUT'],
    cites: [':INPUT DROP'],
    fix: 'iptables -t filter -I INPUT -p udp -m udp --dport 8472 -s 192.168.5.89/32 -j ACCEPT',
  });

  testReported("a pod's way to the API server ends at the master's INPUT", {
    nodes: nodes({
      a: { rules: kubeProxyRules(serviceRules('kubernetes', '10.96.0.1', 443, ['192.168.5.69:6443'])) },
      b: {
        rules: ['filter -A INPUT -s 10.1.0.0/16 -j REJECT --reject-with icmp-host-prohibited'],
        more: { ss: 'tcp LISTEN 0 16 0.0.0.0:6443 0.0.0.0:*\n' },
      },
    }),
    ask: { from: 'pod:default/pod-a', to: '10.96.0.1:443' },
    verdict: 'rejected',
    code: 'rejected-by-rule',
    on: 'b',
    says: ['rule 1 of filter INPUT', '10.1.89.2', 'b'],
    cites: ['-A INPUT -s 10.1.0.0/16 -j REJECT'],
    fix: null,
  });

  testReported('a VPN drops what comes from 100.64.0.0/10 by another interface than its own', {
    nodes: [
      machine('a', {
        links: ['eth0 100.100.1.5/24', 'tailscale0 100.82.80.46/32'],
        routes: ['default via 100.100.1.1 dev eth0', '100.100.1.0/24 dev eth0 proto kernel scope link src 100.100.1.5'],
        rules: [
          'filter -A INPUT -j ts-input',
          'filter -A ts-input -s 100.82.80.46/32 -i lo -j ACCEPT',
          'filter -A ts-input -s 100.64.0.0/10 ! -i tailscale0 -j DROP',
        ],
        more: { ss: 'tcp LISTEN 0 16 0.0.0.0:22 0.0.0.0:*\n' },
      }),
    ],
    ask: { from: 'outside:100.100.1.9@a:eth0', to: 'a:22' },
    verdict: 'dropped',
    code: 'dropped-by-rule',
    on: 'a',
    says: ['rule 2 of filter ts-input', '-s 100.64.0.0/10 ! -i tailscale0'],
    cites: ['-A ts-input -s 100.64.0.0/10 ! -i tailscale0 -j DROP'],
    fix: null,
  });

  testReported('Docker 28 drops in table raw what comes to a container by another interface than its bridge', {
    nodes: [
      machine('a', {
        links: ['eth0 192.168.5.89/24', 'br-0123456789ab 172.18.0.1/16'],
        routes: [
          'default via 192.168.5.254 dev eth0',
          '192.168.5.0/24 dev eth0 proto kernel scope link src 192.168.5.89',
          '172.18.0.0/16 dev br-0123456789ab proto kernel scope link src 172.18.0.1',
        ],
        rules: ['raw -A PREROUTING -d 172.18.0.2/32 ! -i br-0123456789ab -p tcp -m tcp --dport 80 -j DROP'],
        pods: { web: { address: '172.18.0.2/16', bridge: 'br-0123456789ab' } },
      }),
    ],
    ask: { from: 'outside:192.168.5.7@a:eth0', to: '172.18.0.2:80' },
    verdict: 'dropped',
    code: 'dropped-by-rule',
    on: 'a',
    says: ['rule 1 of raw PREROUTING', 'before', 'filter'],
    cites: ['-A PREROUTING -d 172.18.0.2/32 ! -i br-0123456789ab'],
    fix: null,
  });

  testReported('a rule of table raw asks for the state of a connection, which is not known there', {
    nodes: [
      machine('a', {
        links: ['eth0 192.168.5.89/24'],
        routes: [
          'default via 192.168.5.254 dev eth0',
          '192.168.5.0/24 dev eth0 proto kernel scope link src 192.168.5.89',
        ],
        rules: [
          'raw -A PREROUTING -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
          'raw -A PREROUTING -m set ! --match-set friends src -m set --match-set guarded dst -j DROP',
        ],
        more: {
          'ipset-save':
            'create friends hash:ip family inet hashsize 1024 maxelem 65536\nadd friends 192.168.5.1\ncreate guarded bitmap:port range 0-65535\nadd guarded 30000-32767\n',
        },
      }),
    ],
    ask: { from: 'a', to: '192.168.5.7:443', sourcePort: 30500 },
    verdict: 'no-reply',
    code: 'dropped-by-rule',
    on: 'a',
    says: ['rule 2 of raw PREROUTING', 'before connection tracking', '--ctstate RELATED,ESTABLISHED'],
    cites: ['--match-set guarded dst -j DROP', '-A PREROUTING -m conntrack --ctstate RELATED,ESTABLISHED'],
    fix: null,
  });

  testReported('a rule that lost its condition: another version of iptables wrote KUBE-FIREWALL anew', {
    nodes: nodes({
      a: {
        rules: [
          'filter -A INPUT -j KUBE-FIREWALL',
          'filter -A OUTPUT -j KUBE-FIREWALL',
          'filter -A KUBE-FIREWALL -j DROP',
        ],
      },
    }),
    ask: { from: 'a', to: '10.1.69.2:80' },
    verdict: 'dropped',
    code: 'dropped-by-rule',
    on: 'a',
    says: ['rule 1 of filter KUBE-FIREWALL', 'without a condition', '0x8000/0x8000'],
    cites: ['-A KUBE-FIREWALL -j DROP'],
    fix: null,
  });

  testReported('externalTrafficPolicy: Local on a node that runs no endpoint', {
    nodes: nodes({
      a: {
        rules: [
          'filter -A INPUT -j KUBE-FIREWALL',
          'filter -A FORWARD -j KUBE-FIREWALL',
          'filter -A KUBE-FIREWALL -m comment --comment "kubernetes firewall for dropping marked packets" -m mark --mark 0x8000/0x8000 -j DROP',
          ...kubeProxyRules([
            'nat -A KUBE-NODEPORTS -p tcp -m comment --comment "default/web" -m tcp --dport 31449 -j KUBE-XLB-WEB',
            'nat -A KUBE-XLB-WEB -m comment --comment "default/web has no local endpoints" -j KUBE-MARK-DROP',
          ]),
          'nat -A KUBE-MARK-DROP -j MARK --set-xmark 0x8000/0x8000',
        ],
      },
    }),
    ask: { from: 'outside:192.168.5.7@a:eth0', to: 'a:31449' },
    verdict: 'dropped',
    code: 'no-local-endpoints',
    on: 'a',
    says: ['default/web', 'no endpoint on a', 'externalTrafficPolicy'],
    cites: ['has no local endpoints', '--mark 0x8000/0x8000 -j DROP'],
    fix: null,
  });

  testReported('a service without endpoints', {
    nodes: nodes({
      a: {
        rules: [
          'filter -A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES',
          'filter -A KUBE-SERVICES -d 10.96.0.30/32 -p tcp -m comment --comment "default/api: has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
        ],
      },
    }),
    ask: { from: 'a', to: '10.96.0.30:80' },
    verdict: 'rejected',
    code: 'no-endpoints',
    on: 'a',
    says: ['default/api has no endpoints'],
    cites: ['has no endpoints'],
    fix: null,
  });

  testReported('a NodePort whose packets FORWARD drops', {
    nodes: nodes({
      a: {
        rules: kubeProxyRules(serviceRules('web', WEB, 80, ['10.1.69.2:80'], { nodePort: 30080 })),
        policies: ['filter FORWARD DROP'],
      },
    }),
    ask: { from: 'outside:192.168.5.7@a:eth0', to: 'a:30080' },
    verdict: 'dropped',
    code: 'nodeport-not-accepted',
    on: 'a',
    says: ['NodePort 30080', 'default/web', 'policy of filter FORWARD'],
    cites: [':FORWARD DROP'],
    fix: 'iptables -t filter -A FORWARD -s 10.1.0.0/16 -j ACCEPT; iptables -t filter -A FORWARD -d 10.1.0.0/16 -j ACCEPT',
  });

  testReported('KUBE-FORWARD drops the half of a flow whose other half goes another way', {
    nodes: [
      machine('router', {
        links: ['eth0 10.50.0.1/24'],
        routes: [
          '10.50.0.0/24 dev eth0 proto kernel scope link src 10.50.0.1',
          '192.168.1.0/24 via 10.50.0.4 dev eth0',
        ],
        rules: ['filter -A FORWARD -j KUBE-FORWARD', 'filter -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP'],
      }),
      machine('gate', {
        links: ['eth0 10.50.0.4/24', 'eth1 192.168.1.1/24'],
        routes: [
          '10.50.0.0/24 dev eth0 proto kernel scope link src 10.50.0.4',
          '192.168.1.0/24 dev eth1 proto kernel scope link src 192.168.1.1',
        ],
      }),
      machine('server', {
        links: ['eth0 10.50.0.2/24'],
        routes: ['default via 10.50.0.1 dev eth0', '10.50.0.0/24 dev eth0 proto kernel scope link src 10.50.0.2'],
        more: { ss: 'tcp LISTEN 0 16 0.0.0.0:80 0.0.0.0:*\n' },
      }),
    ],
    ask: { from: 'outside:192.168.1.9@gate:eth1', to: 'server:80' },
    verdict: 'no-reply',
    code: 'invalid-dropped',
    on: 'router',
    says: ['INVALID', 'SYN', 'did not pass router'],
    cites: ['--ctstate INVALID -j DROP'],
    fix: null,
  });
});
