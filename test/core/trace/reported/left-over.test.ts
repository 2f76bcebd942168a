import { suite } from 'node:test';
import type { NodeRecord } from '../../../../src/core/snapshot/format';
import { kubeProxyRules, machine, type Machine, serviceRules } from '../../../support/machines';
import { testReported } from '../../../support/reported';

/* Rules, endpoints and connections of another time. */

const WEB = '10.96.0.20';
const RULES = kubeProxyRules(serviceRules('web', WEB, 80, ['10.1.7.3:80']));

function lone(change: Partial<Machine>): NodeRecord[] {
  return [
    machine('node', {
      links: ['eth0 192.168.1.7/24', 'cni0 10.1.7.1/24'],
      routes: [
        'default via 192.168.1.1 dev eth0',
        '192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.7',
        '10.1.7.0/24 dev cni0 proto kernel scope link src 10.1.7.1',
      ],
      pods: {
        'default/web': { address: '10.1.7.3/24', bridge: 'cni0' },
        'default/client': { address: '10.1.7.4/24', bridge: 'cni0' },
      },
      rules: RULES,
      ...change,
      more: { 'ip-neigh': '10.1.7.9 dev cni0 FAILED\n', ...change.more },
    }),
  ];
}

const ENDPOINTS = JSON.stringify({
  kind: 'Endpoints',
  apiVersion: 'v1',
  metadata: { namespace: 'default', name: 'web' },
  subsets: [{ addresses: [{ ip: '10.1.7.3' }], ports: [{ port: 80, protocol: 'TCP' }] }],
});

suite('reported: what was left over', () => {
  testReported("the legacy tables still hold yesterday's rules, beside those that kube-proxy writes by nft", {
    nodes: lone({ legacyRules: kubeProxyRules(serviceRules('web', WEB, 80, ['10.1.7.9:80'])) }),
    ask: { from: 'pod:default/client', to: `${WEB}:80` },
    verdict: 'unroutable',
    code: 'flavours-at-odds',
    on: 'node',
    says: ['table nat of node', '11 legacy rules', 'left over', '-j DNAT --to-destination 10.1.7.9:80'],
    cites: ['-j DNAT --to-destination 10.1.7.9:80'],
    fix: null,
    outcomes: 2,
  });

  testReported('nft shows no service at all, and the legacy rules, which it does not show, do the work', {
    nodes: lone({
      rules: ['nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER', 'nat -A DOCKER -i docker0 -j RETURN'],
      legacyRules: RULES,
    }),
    ask: { from: 'pod:default/client', to: `${WEB}:80` },
    verdict: 'connected',
    code: 'flavours-at-odds',
    severity: 'warning',
    on: 'node',
    says: ['table nat of node', '11 legacy rules', 'the kernel asks both'],
    cites: ['-j DNAT --to-destination 10.1.7.3:80'],
    fix: null,
  });

  testReported('kube-proxy has not heard that the endpoint is another now', {
    nodes: lone({
      rules: kubeProxyRules(serviceRules('web', WEB, 80, ['10.1.7.9:80'])),
      more: { 'kubectl-endpoints': ENDPOINTS },
    }),
    ask: { from: 'pod:default/client', to: `${WEB}:80` },
    verdict: 'unroutable',
    code: 'stale-rules',
    on: 'node',
    says: ['rules of node', 'default/web', '10.1.7.9:80', 'the registry has 10.1.7.3'],
    cites: ['-j DNAT --to-destination 10.1.7.9:80'],
    fix: null,
  });

  testReported('the endpoint is an address that no pod has any more', {
    nodes: lone({ rules: kubeProxyRules(serviceRules('web', WEB, 80, ['10.1.7.9:80'])) }),
    ask: { from: 'pod:default/client', to: `${WEB}:80` },
    verdict: 'unroutable',
    code: 'endpoint-nowhere',
    on: 'node',
    says: ['10.1.7.9:80 of default/web', 'no pod of node has it', 'FAILED'],
    cites: ['--to-destination 10.1.7.9:80', '10.1.7.9 dev cni0 FAILED'],
    fix: null,
  });

  testReported("a resolver's socket goes on asking a DNS server that is gone: its connection is older than the rules", {
    nodes: lone({
      rules: kubeProxyRules(serviceRules('dns', '10.96.0.10', 53, ['10.1.7.3:53'], { protocol: 'udp' })),
      more: {
        conntrack:
          'ipv4     2 udp      17 29 src=10.1.7.4 dst=10.96.0.10 sport=43145 dport=53 [UNREPLIED] src=10.1.7.9 dst=10.1.7.4 sport=53 dport=43145 mark=0 use=1\n',
      },
    }),
    ask: { from: 'pod:default/client', to: '10.96.0.10:53', protocol: 'udp' },
    verdict: 'connected',
    code: 'stale-conntrack',
    severity: 'warning',
    on: 'node',
    says: ['10.1.7.4:43145', '10.1.7.9', 'conntrack -D'],
    cites: ['src=10.1.7.9'],
    fix: null,
  });

  testReported('a rule of table raw takes the requests to a service out of connection tracking', {
    nodes: lone({ rules: [...RULES, 'raw -A PREROUTING -s 10.1.7.0/24 -d 10.96.0.0/12 -j CT --notrack'] }),
    ask: { from: 'pod:default/client', to: `${WEB}:80` },
    verdict: 'unroutable',
    code: 'notrack-breaks-nat',
    on: 'node',
    says: ['rule 1 of raw PREROUTING', 'connection tracking', 'default/web'],
    cites: ['-j CT --notrack'],
    fix: 'iptables -t raw -D PREROUTING -s 10.1.7.0/24 -d 10.96.0.0/12 -j CT --notrack',
  });

  testReported("the services' addresses lie in the overlay's own network", {
    nodes: [
      machine('node', {
        links: ['eth0 10.253.15.46/27', 'flannel0 192.168.92.0/16', 'docker0 192.168.92.1/24'],
        routes: [
          'default via 10.253.15.33 dev eth0',
          '10.253.15.32/27 dev eth0 proto kernel scope link src 10.253.15.46',
          '192.168.0.0/16 dev flannel0 proto kernel scope link src 192.168.92.0',
          '192.168.92.0/24 dev docker0 proto kernel scope link src 192.168.92.1',
        ],
        rules: kubeProxyRules(serviceRules('dns', '192.168.0.2', 53, ['192.168.92.3:80'])),
        pods: { 'kube-system/dns': { address: '192.168.92.3/24', bridge: 'docker0' } },
      }),
    ],
    ask: { from: 'node', to: '192.168.0.2:53' },
    verdict: 'connected',
    code: 'service-in-overlay',
    severity: 'warning',
    on: 'node',
    says: ['192.168.0.2', 'default/dns', '192.168.0.0/16'],
    cites: ['192.168.0.0/16 dev flannel0'],
    fix: null,
  });

  testReported('kube-proxy 1.17 masquerades at random, and the mark stays on: the VXLAN packet is masqueraded, too', {
    nodes: ['a', 'b'].map((name, at) =>
      machine(name, {
        links: [
          `eth0 10.0.100.${at + 3}/24`,
          `flannel.1 10.244.${at}.0/32 mtu=1450 mac=02:00:00:00:00:0${at}`,
          `cni0 10.244.${at}.1/24`,
        ],
        routes: [
          'default via 10.0.100.1 dev eth0',
          `10.0.100.0/24 dev eth0 proto kernel scope link src 10.0.100.${at + 3}`,
          `10.244.${at}.0/24 dev cni0 proto kernel scope link src 10.244.${at}.1`,
          `10.244.${1 - at}.0/24 via 10.244.${1 - at}.0 dev flannel.1 onlink`,
        ],
        pods: { [`default/pod-${name}`]: { address: `10.244.${at}.5/24`, bridge: 'cni0' } },
        rules: kubeProxyRules(
          serviceRules('dns', '10.96.0.10', 9153, ['10.244.1.5:80'], { masquerades: '! -s 10.244.0.0/16' }),
        ).map((rule) => rule.replace('-j MASQUERADE', '-j MASQUERADE --random-fully')),
        more: {
          'ip-neigh': `10.244.${1 - at}.0 dev flannel.1 lladdr 02:00:00:00:00:0${1 - at} PERMANENT\n`,
          'bridge-fdb': `02:00:00:00:00:0${1 - at} dev flannel.1 dst 10.0.100.${4 - at} self permanent\n`,
        },
      }),
    ),
    ask: { from: 'a', to: '10.96.0.10:9153' },
    verdict: 'connected',
    code: 'outer-masqueraded',
    severity: 'warning',
    on: 'a',
    says: ['--random-fully', 'checksum', '1.16.13', 'ethtool -K flannel.1'],
    cites: ['-j MASQUERADE --random-fully'],
    fix: null,
  });

  testReported('kube-proxy in IPVS mode: every service is an address of the node', {
    nodes: lone({
      links: ['eth0 192.168.1.7/24', 'cni0 10.1.7.1/24', `kube-ipvs0 ${WEB}/32`],
      rules: [
        'nat -A PREROUTING -j KUBE-SERVICES',
        'nat -A KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT',
      ],
    }),
    ask: { from: 'node', to: `${WEB}:80` },
    verdict: 'undetermined',
    code: 'not-simulated',
    severity: 'warning',
    on: 'node',
    says: ['IPVS of node chooses the endpoint'],
    cites: [],
    fix: null,
  });
});
