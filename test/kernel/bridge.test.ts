import type { Verdict } from '../../src/core/trace/result';
import { type Case, testCases } from './lab/cases';
import { kubeProxy } from './networks/kube-proxy';
import { BRIDGE, PODS } from './networks/one-node';

const service = (endpoint: string): string =>
  kubeProxy([{ name: 'WEB', address: '10.0.0.9', port: 80, endpoints: [`${endpoint}:80`] }]);
const client = 'node/default/client';

const toItself = (hairpin: boolean, masquerade: boolean, verdict: Verdict): Case => ({
  title: `pod → service → itself, hairpin ${hairpin ? 'on' : 'off'}, ${masquerade ? '' : 'not '}masqueraded`,
  pods: ['client'],
  node: `${service(PODS.client)}
bridge link set dev veth-client hairpin ${hairpin ? 'on' : 'off'}
${masquerade ? '' : 'iptables -t nat -F KUBE-MARK-MASQ'}`,
  from: client,
  to: '10.0.0.9:80',
  verdict,
  ...(verdict === 'connected' && { source: BRIDGE }),
});

testCases('a bridge', [
  {
    title: 'pod → service → pod on the same bridge, shown to the IP hooks: bridged',
    pods: ['client', 'server1'],
    node: service(PODS.server1),
    from: client,
    to: '10.0.0.9:80',
    verdict: 'connected',
    source: PODS.client,
  },
  {
    title: 'pod → service → pod on the same bridge, not shown to them: the reply is bridged as it is',
    pods: ['client', 'server1'],
    node: `${service(PODS.server1)}\nsysctl -qw net.bridge.bridge-nf-call-iptables=0`,
    from: client,
    to: '10.0.0.9:80',
    verdict: 'no-reply',
    source: PODS.client,
  },
  {
    title: 'pod → service → pod on the same bridge of a node that does not forward',
    pods: ['client', 'server1'],
    node: `${service(PODS.server1)}\nsysctl -qw net.ipv4.ip_forward=0`,
    from: client,
    to: '10.0.0.9:80',
    verdict: 'dropped',
  },
  {
    title: 'pod → service → pod on the same bridge, strict rp_filter, from an address that lives elsewhere',
    pods: ['client', 'server1', 'routed1'],
    node: `${service(PODS.server1)}\nsysctl -qw net.ipv4.conf.cni0.rp_filter=1`,
    inPod: { client: 'ip addr add 10.8.0.2/32 dev eth0\nip route replace default via 10.9.0.1 src 10.8.0.2' },
    from: client,
    to: '10.0.0.9:80',
    verdict: 'dropped',
  },
  {
    title: 'pod → pod on the same bridge, ports told by physdev',
    pods: ['client', 'server1'],
    node: `iptables -P FORWARD DROP
filter FORWARD -m physdev --physdev-is-bridged --physdev-in veth-client --physdev-out veth-server1 -j ACCEPT
filter FORWARD -m physdev --physdev-is-bridged --physdev-in veth-server1 -j ACCEPT`,
    from: client,
    to: `${PODS.server1}:80`,
    verdict: 'connected',
    source: PODS.client,
  },
  {
    title: 'pod → pod on the same bridge, FORWARD policy DROP',
    pods: ['client', 'server1'],
    node: 'iptables -P FORWARD DROP',
    from: client,
    to: `${PODS.server1}:80`,
    verdict: 'dropped',
  },
  {
    title: 'pod → pod on the same bridge, masqueraded while bridged',
    pods: ['client', 'server1'],
    node: 'nat POSTROUTING -s 10.9.0.0/24 -d 10.9.0.0/24 -j MASQUERADE',
    from: client,
    to: `${PODS.server1}:80`,
    verdict: 'connected',
    source: BRIDGE,
  },
  {
    title: 'pod → pod elsewhere on the node: routed, with the port it came in on',
    pods: ['client', 'routed1'],
    node: `filter FORWARD -m physdev --physdev-in veth-client -m physdev ! --physdev-is-bridged -j ACCEPT
mangle POSTROUTING -m physdev --physdev-in veth-client
mangle POSTROUTING -m physdev --physdev-is-bridged`,
    from: client,
    to: `${PODS.routed1}:80`,
    verdict: 'connected',
    source: PODS.client,
  },
  {
    title: 'pod → a route over lo: the port it came in on stays known while it goes round',
    pods: ['client'],
    node: `ip route add 10.0.0.0/24 dev lo
filter FORWARD -i lo -m physdev --physdev-in veth-client -j DROP`,
    from: client,
    to: '10.0.0.9:80',
    verdict: 'dropped',
  },
  {
    title: 'pod → the bridge itself',
    pods: ['client'],
    serves: ['tcp 0.0.0.0:8080'],
    node: 'filter INPUT -i cni0 -m physdev --physdev-in veth-client -j ACCEPT',
    from: client,
    to: `${BRIDGE}:8080`,
    verdict: 'connected',
    source: PODS.client,
  },
  toItself(false, false, 'dropped'),
  toItself(false, true, 'dropped'),
  toItself(true, false, 'dropped'),
  toItself(true, true, 'connected'),
]);
