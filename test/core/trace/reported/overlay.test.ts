import { suite } from 'node:test';
import type { NodeRecord } from '../../../../src/core/snapshot/format';
import { kubeProxyRules, machine, type Machine, serviceRules } from '../../../support/machines';
import { testReported } from '../../../support/reported';

/* Tunnels that do not lead where they should. */

const NAMES = ['one', 'two', 'three'] as const;

/** Three nodes of one LAN with flannel's vxlan backend, whose VTEPs have the MAC addresses given. */
function vxlan(macs: readonly string[], changes: Readonly<Record<string, Partial<Machine>>> = {}): NodeRecord[] {
  return NAMES.map((name, at) =>
    machine(name, {
      links: [
        `eth0 172.18.27.${at + 1}/24`,
        `flannel.1 10.187.${at}.0/32 mtu=1450 mac=${macs[at] ?? ''}`,
        `cni0 10.187.${at}.1/24`,
      ],
      routes: [
        'default via 172.18.27.254 dev eth0',
        `172.18.27.0/24 dev eth0 proto kernel scope link src 172.18.27.${at + 1}`,
        ...NAMES.map((_, other) =>
          other === at
            ? `10.187.${at}.0/24 dev cni0 proto kernel scope link src 10.187.${at}.1`
            : `10.187.${other}.0/24 via 10.187.${other}.0 dev flannel.1 onlink`,
        ),
      ],
      pods: { [`default/pod-${name}`]: { address: `10.187.${at}.5/24`, bridge: 'cni0' } },
      more: {
        'ip-neigh': NAMES.map((_, other) =>
          other === at ? '' : `10.187.${other}.0 dev flannel.1 lladdr ${macs[other] ?? ''} PERMANENT\n`,
        ).join(''),
        // One entry for each MAC address: the last that was written stands.
        'bridge-fdb': [
          ...new Map(
            NAMES.flatMap((_, other) =>
              other === at
                ? []
                : [[macs[other], `${macs[other] ?? ''} dev flannel.1 dst 172.18.27.${other + 1} self permanent\n`]],
            ),
          ).values(),
        ].join(''),
      },
      ...changes[name],
    }),
  );
}

const DIFFERENT = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'];
const CLONED = ['fe:22:77:eb:2f:a4', 'fe:22:77:eb:2f:a4', 'fe:22:77:eb:2f:a4'];

/** The lease of each node, as flannel keeps it in the annotations of the nodes. */
function annotated(macs: readonly string[], publicIps: readonly string[]): string {
  return JSON.stringify({
    kind: 'List',
    apiVersion: 'v1',
    items: NAMES.map((name, at) => ({
      kind: 'Node',
      metadata: {
        name,
        annotations: {
          'flannel.alpha.coreos.com/backend-data': `{"VNI":1,"VtepMAC":"${macs[at] ?? ''}"}`,
          'flannel.alpha.coreos.com/backend-type': 'vxlan',
          'flannel.alpha.coreos.com/public-ip': publicIps[at],
        },
      },
      spec: { podCIDR: `10.187.${at}.0/24` },
    })),
  });
}

/** Three virtual machines whose first interface has the same address on each. */
function vagrant(): NodeRecord[] {
  const node = (name: string, last: number): NodeRecord =>
    machine(name, {
      links: ['enp0s3 10.0.2.15/24', `enp0s8 192.168.56.${last}/24`],
      routes: [
        'default via 10.0.2.2 dev enp0s3',
        '10.0.2.0/24 dev enp0s3 proto kernel scope link src 10.0.2.15',
        `192.168.56.0/24 dev enp0s8 proto kernel scope link src 192.168.56.${last}`,
      ],
      rules: kubeProxyRules(serviceRules('kubernetes', '10.96.0.1', 443, ['192.168.56.10:6443'])),
      more: { ss: 'tcp LISTEN 0 16 0.0.0.0:6443 0.0.0.0:*\n' },
    });
  return [node('master', 10), node('worker', 11)];
}

suite('reported: the overlay', () => {
  testReported('machines were cloned: every VTEP has the same MAC address', {
    nodes: vxlan(CLONED),
    ask: { from: 'one', to: '10.187.1.5:80' },
    verdict: 'no-reply',
    code: 'duplicate-vtep-mac',
    on: 'two',
    says: ['one, two, three', 'fe:22:77:eb:2f:a4', 'to three'],
    cites: ['fe:22:77:eb:2f:a4 dev flannel.1 dst 172.18.27.3', 'flannel.1: <'],
    fix: null,
  });

  testReported("a node's VTEP has another MAC address than the one its annotation tells the others", {
    nodes: vxlan(DIFFERENT, {
      one: {
        more: {
          'kubectl-nodes': annotated(
            ['02:00:00:00:00:01', '02:00:00:00:00:99', '02:00:00:00:00:03'],
            ['172.18.27.1', '172.18.27.2', '172.18.27.3'],
          ),
        },
      },
    }),
    ask: { from: 'one', to: '10.187.1.5:80' },
    verdict: 'dropped',
    code: 'vtep-mac',
    on: 'two',
    says: ['02:00:00:00:00:99', '02:00:00:00:00:02'],
    cites: [],
    fix: null,
  });

  testReported('a forwarding entry leads to another node than the MAC address is of', {
    nodes: vxlan(DIFFERENT, {
      one: {
        more: {
          'ip-neigh': '10.187.1.0 dev flannel.1 lladdr 02:00:00:00:00:02 PERMANENT\n',
          'bridge-fdb': '02:00:00:00:00:02 dev flannel.1 dst 172.18.27.3 self permanent\n',
        },
      },
    }),
    ask: { from: 'one', to: '10.187.1.5:80' },
    verdict: 'dropped',
    code: 'wrong-vtep',
    on: 'one',
    says: ['172.18.27.3', 'three', 'on two'],
    cites: ['02:00:00:00:00:02 dev flannel.1 dst 172.18.27.3'],
    fix: null,
  });

  testReported("flannel's lease names another node than the one with the pod subnet", {
    nodes: NAMES.map((name, at) =>
      machine(name, {
        links: [`eth0 172.18.27.${at + 1}/24`, `flannel0 10.1.${at}.0/16 mtu=1472`, `docker0 10.1.${at}.1/24`],
        routes: [
          'default via 172.18.27.254 dev eth0',
          `172.18.27.0/24 dev eth0 proto kernel scope link src 172.18.27.${at + 1}`,
          `10.1.0.0/16 dev flannel0 proto kernel scope link src 10.1.${at}.0`,
          `10.1.${at}.0/24 dev docker0 proto kernel scope link src 10.1.${at}.1`,
        ],
        pods: { [`default/pod-${name}`]: { address: `10.1.${at}.5/24`, bridge: 'docker0' } },
        more: {
          'etcd-flannel': [
            '/coreos.com/network/config\n{"Network":"10.1.0.0/16","Backend":{"Type":"udp"}}',
            '/coreos.com/network/subnets/10.1.0.0-24\n{"PublicIP":"172.18.27.1"}',
            '/coreos.com/network/subnets/10.1.1.0-24\n{"PublicIP":"172.18.27.3"}',
            '/coreos.com/network/subnets/10.1.2.0-24\n{"PublicIP":"172.18.27.3"}\n',
          ].join('\n'),
        },
      }),
    ),
    ask: { from: 'one', to: '10.1.1.5:80' },
    verdict: 'dropped',
    code: 'wrong-lease',
    on: 'two',
    says: ['lease of 10.1.1.0/24', '172.18.27.3', "three's", 'on two'],
    cites: ['{"PublicIP":"172.18.27.3"}'],
    fix: null,
  });

  testReported('every virtual machine has 10.0.2.15: the master takes the request for one of its own', {
    nodes: vagrant(),
    ask: { from: 'worker', to: '10.96.0.1:443' },
    verdict: 'unroutable',
    code: 'duplicate-address',
    on: 'worker',
    says: ['10.0.2.15 is an address of master, worker', 'the question of 10.0.2.15 seems to be its own'],
    cites: ['inet 10.0.2.15/24'],
    fix: null,
  });

  testReported('pods keep the MTU of Ethernet, and the tunnel takes 50 bytes less: the node says so by ICMP', {
    nodes: vxlan(DIFFERENT),
    ask: { from: 'pod:default/pod-one', to: '10.187.1.5:80' },
    verdict: 'connected',
    code: 'mtu-signalled',
    severity: 'info',
    on: 'one',
    says: ['more than 1450 bytes', 'up to 1500', 'flannel.1 of one'],
    cites: ['flannel.1: <'],
    fix: null,
  });

  testReported('the same, and the node lets no ICMP out: connections hang once data flows', {
    nodes: vxlan(DIFFERENT, { one: { rules: ['filter -A OUTPUT -p icmp -j DROP'] } }),
    ask: { from: 'pod:default/pod-one', to: '10.187.1.5:80' },
    verdict: 'connected',
    code: 'pmtu-black-hole',
    severity: 'warning',
    on: 'one',
    says: ['more than 1450 bytes', 'does not hear of it', '-A OUTPUT -p icmp -j DROP'],
    cites: ['flannel.1: <', '-A OUTPUT -p icmp -j DROP'],
    fix: 'iptables -t mangle -A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1410',
  });
});
