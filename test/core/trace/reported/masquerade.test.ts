import { suite } from 'node:test';
import type { NodeRecord } from '../../../../src/core/snapshot/format';
import { kubeProxyRules, machine, type Machine, serviceRules } from '../../../support/machines';
import { testReported } from '../../../support/reported';

/* Services that work from some places and not from others, because nothing masquerades. */

const WEB = '10.96.0.20';
const ENDPOINT = '10.1.63.3:80';

/** Two nodes of one LAN, flannel's vxlan backend between them, and a pod on each. */
function pair(change: { a?: Partial<Machine>; b?: Partial<Machine>; rules?: readonly string[] } = {}): NodeRecord[] {
  const rules = change.rules ?? kubeProxyRules(serviceRules('web', WEB, 80, [ENDPOINT]));
  const node = (name: string, last: number, own: number, other: number): NodeRecord =>
    machine(name, {
      links: [
        `eth0 192.168.1.${last}/24`,
        `flannel.1 10.1.${own}.0/32 mtu=1450 mac=02:00:00:00:00:${own}`,
        `cni0 10.1.${own}.1/24 mtu=1450`,
      ],
      routes: [
        'default via 192.168.1.1 dev eth0',
        `192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.${last}`,
        `10.1.${own}.0/24 dev cni0 proto kernel scope link src 10.1.${own}.1`,
        `10.1.${other}.0/24 via 10.1.${other}.0 dev flannel.1 onlink`,
      ],
      rules,
      pods: {
        [own === 63 ? 'default/web' : 'default/client']: { address: `10.1.${own}.3/24`, bridge: 'cni0', mtu: 1450 },
      },
      more: {
        'ip-neigh': `10.1.${other}.0 dev flannel.1 lladdr 02:00:00:00:00:${other} PERMANENT\n`,
        'bridge-fdb': `02:00:00:00:00:${other} dev flannel.1 dst 192.168.1.${last === 11 ? 12 : 11} self permanent\n`,
      },
      ...(name === 'a' ? change.a : change.b),
    });
  return [node('a', 12, 12, 63), node('b', 11, 63, 12)];
}

suite('reported: nothing masquerades', () => {
  testReported(
    'node → service of a pod elsewhere: the tunnel carries the address of the LAN, and strict rp_filter drops it',
    {
      nodes: pair({ b: { sysctls: { 'net.ipv4.conf.all.rp_filter': 1 } } }),
      ask: { from: 'a', to: `${WEB}:80` },
      verdict: 'dropped',
      code: 'asymmetric-return',
      on: 'b',
      says: ['192.168.1.12', 'flannel.1', 'rp_filter'],
      cites: ['rp_filter = 1'],
      fix: 'iptables -t nat -A POSTROUTING -o flannel.1 -j MASQUERADE',
    },
  );

  testReported('the same, where INPUT takes replies from the tunnel alone', {
    nodes: pair({
      a: {
        rules: [
          ...kubeProxyRules(serviceRules('web', WEB, 80, [ENDPOINT])),
          'filter -A INPUT -i flannel.1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
          'filter -A INPUT -p udp -m udp --dport 8472 -j ACCEPT',
        ],
        policies: ['filter INPUT DROP'],
      },
    }),
    ask: { from: 'a', to: `${WEB}:80` },
    verdict: 'no-reply',
    code: 'policy-drop',
    on: 'a',
    says: ['10.1.63.3', 'policy of filter INPUT'],
    cites: [':INPUT DROP'],
    fix: 'iptables -t nat -A POSTROUTING -o flannel.1 -j MASQUERADE',
  });

  testReported('the same, where the node of the pod knows no way back to the LAN of the other', {
    nodes: pair({
      a: {
        links: [
          'eth0 192.168.1.12/24',
          'eth1 172.31.0.12/24',
          'flannel.1 10.1.12.0/32 mtu=1450 mac=02:00:00:00:00:12',
          'cni0 10.1.12.1/24',
        ],
        routes: [
          'default via 172.31.0.1 dev eth1',
          '192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.12',
          '172.31.0.0/24 dev eth1 proto kernel scope link src 172.31.0.12',
          '10.1.63.0/24 via 10.1.63.0 dev flannel.1 onlink',
        ],
      },
      b: {
        routes: [
          '192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.11',
          '10.1.63.0/24 dev cni0 proto kernel scope link src 10.1.63.1',
          '10.1.12.0/24 via 10.1.12.0 dev flannel.1 onlink',
        ],
      },
    }),
    ask: { from: 'a', to: `${WEB}:80` },
    verdict: 'no-reply',
    code: 'missing-masquerade',
    on: 'a',
    says: ['172.31.0.12, the address of eth1', 'flannel.1', 'no route to 172.31.0.12 on b'],
    cites: ['-j DNAT --to-destination 10.1.63.3:80'],
    fix: 'iptables -t nat -A POSTROUTING -o flannel.1 -j MASQUERADE',
  });

  testReported('pod → NodePort of another node: the endpoint answers the pod itself', {
    nodes: pair({
      rules: kubeProxyRules(
        serviceRules('web', WEB, 80, [ENDPOINT], {
          nodePort: 30080,
          plainNodePort: true,
          masquerades: '! -s 10.1.0.0/16',
        }),
      ),
      b: {
        pods: {},
        rules: kubeProxyRules(
          serviceRules('web', WEB, 80, ['10.1.12.4:80'], {
            nodePort: 30080,
            plainNodePort: true,
            masquerades: '! -s 10.1.0.0/16',
          }),
        ),
      },
      a: {
        pods: {
          'default/client': { address: '10.1.12.3/24', bridge: 'cni0', mtu: 1450 },
          'default/web': { address: '10.1.12.4/24', bridge: 'cni0', mtu: 1450 },
        },
      },
    }),
    ask: { from: 'pod:default/client', to: '192.168.1.11:30080' },
    verdict: 'no-reply',
    code: 'missing-masquerade',
    on: 'b',
    says: ['10.1.12.4', 'pod default/client', 'does not pass b'],
    cites: ['-j DNAT --to-destination 10.1.12.4:80'],
    fix: 'iptables -t nat -A POSTROUTING -m conntrack --ctstate DNAT --ctorigdst 192.168.1.11/32 -j MASQUERADE',
  });

  testReported('pod → service → the pod itself, without the rule of its endpoint', {
    nodes: pair({
      rules: kubeProxyRules(
        serviceRules('web', WEB, 80, [ENDPOINT]).filter((rule) => !rule.includes('-s 10.1.63.3/32')),
      ),
    }),
    ask: { from: 'pod:default/web', to: `${WEB}:80` },
    verdict: 'dropped',
    code: 'hairpin-without-masquerade',
    on: 'b',
    says: ['pod default/web', '10.1.63.3', 'itself', 'MASQUERADE'],
    cites: ['-j DNAT --to-destination 10.1.63.3:80'],
    fix: 'iptables -t nat -A POSTROUTING -s 10.1.63.3/32 -d 10.1.63.3/32 -j MASQUERADE',
  });

  testReported('pod → service → the pod itself, where the port of the bridge does not send back', {
    nodes: pair({ b: { pods: { 'default/web': { address: '10.1.63.3/24', bridge: 'cni0', hairpin: false } } } }),
    ask: { from: 'pod:default/web', to: `${WEB}:80` },
    verdict: 'dropped',
    code: 'hairpin-off',
    on: 'b',
    says: ['hairpin mode of veth-web is off'],
    cites: [],
    fix: null,
  });

  testReported('pod → service → pod on the same bridge, where bridged packets skip iptables', {
    nodes: pair({
      b: {
        sysctls: { 'net.bridge.bridge-nf-call-iptables': 0 },
        pods: {
          'default/web': { address: '10.1.63.3/24', bridge: 'cni0' },
          'default/near': { address: '10.1.63.4/24', bridge: 'cni0' },
        },
      },
    }),
    ask: { from: 'pod:default/near', to: `${WEB}:80` },
    verdict: 'no-reply',
    code: 'bridge-nf-off',
    on: 'b',
    says: ['net.bridge.bridge-nf-call-iptables is 0', 'cni0', '10.1.63.3'],
    cites: ['net.bridge.bridge-nf-call-iptables = 0', '-j DNAT --to-destination 10.1.63.3:80'],
    fix: 'sysctl -w net.bridge.bridge-nf-call-iptables=1',
  });
});
